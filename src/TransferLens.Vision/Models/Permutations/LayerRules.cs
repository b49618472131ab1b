using System.Collections.Frozen;
using TransferLens.Vision.Models.Onnx;

namespace TransferLens.Vision.Models.Permutations;

/// <summary>What the operators of ONNX do to labels, by name of the operator.</summary>
internal static class LayerRules
{
    private static readonly string[] ByElement =
    [
        "Abs",
        "Cast",
        "CastLike",
        "Ceil",
        "Celu",
        "Clip",
        "Cos",
        "Dropout",
        "Elu",
        "Erf",
        "Exp",
        "Floor",
        "Gelu",
        "HardSigmoid",
        "HardSwish",
        "Identity",
        "LeakyRelu",
        "Log",
        "Mish",
        "Neg",
        "Reciprocal",
        "Relu",
        "Round",
        "Selu",
        "Shrink",
        "Sigmoid",
        "Sign",
        "Sin",
        "Softplus",
        "Softsign",
        "Sqrt",
        "Tanh",
        "ThresholdedRelu",
    ];

    // f(0) is not 0.
    private static readonly string[] WithoutZero =
    [
        "Clip",
        "Cos",
        "Exp",
        "HardSigmoid",
        "Log",
        "Reciprocal",
        "Sigmoid",
        "Softplus",
    ];

    private static readonly string[] Combining =
    [
        "Add",
        "Div",
        "Max",
        "Mean",
        "Min",
        "Mod",
        "Mul",
        "Pow",
        "PRelu",
        "Sub",
        "Sum",
    ];

    private static readonly string[] Pooling =
    [
        "AveragePool",
        "GlobalAveragePool",
        "GlobalLpPool",
        "GlobalMaxPool",
        "LpPool",
        "MaxPool",
        "Resize",
        "Upsample",
    ];

    private static readonly string[] Reducing =
    [
        "ReduceL1",
        "ReduceL2",
        "ReduceLogSum",
        "ReduceLogSumExp",
        "ReduceMax",
        "ReduceMean",
        "ReduceMin",
        "ReduceProd",
        "ReduceSum",
        "ReduceSumSquare",
    ];

    /// <summary>All rules.</summary>
    public static FrozenDictionary<string, LayerRule> All { get; } =
        new Dictionary<string, LayerRule>(StringComparer.Ordinal)
        {
            ["Where"] = Choose,
            ["BatchNormalization"] = Scale,
            ["InstanceNormalization"] = Instance,
            ["GroupNormalization"] = Group,
            ["LayerNormalization"] = Standardize,
            ["RMSNormalization"] = Standardize,
            ["MeanVarianceNormalization"] = (trace, node) =>
                Over(trace, node, trace.Call(node).Integers("axes") ?? [0, 2, 3]),
            ["LpNormalization"] = (trace, node) => Over(trace, node, [trace.Call(node).Integer("axis", -1)]),
            ["Softmax"] = Softmax,
            ["LogSoftmax"] = Softmax,
            ["Conv"] = ConvolutionRule.Follow,
            ["Gemm"] = ProductRules.Gemm,
            ["MatMul"] = ProductRules.MatMul,
            ["Concat"] = MovementRules.Concat,
            ["Pad"] = MovementRules.Pad,
        }
            .Concat(ByElement.Select(name => KeyValuePair.Create(name, (LayerRule)Apply)))
            .Concat(Combining.Select(name => KeyValuePair.Create(name, (LayerRule)Combine)))
            .Concat(Pooling.Select(name => KeyValuePair.Create(name, (LayerRule)Pool)))
            .Concat(Reducing.Select(name => KeyValuePair.Create(name, (LayerRule)Reduce)))
            .Concat(MovementRules.Operators.Select(name => KeyValuePair.Create(name, (LayerRule)MovementRules.Move)))
            .Append(KeyValuePair.Create("Shape", (LayerRule)((_, _) => true)))
            .Append(KeyValuePair.Create("Size", (LayerRule)((_, _) => true)))
            .ToFrozenDictionary(StringComparer.Ordinal);

    // Element by element; other inputs, such as the limits of Clip, are constants.
    private static bool Apply(ChannelTrace trace, OnnxNode node)
    {
        if (node.Inputs.Skip(1).Any(name => trace.Find(name) is not null))
        {
            return false;
        }

        if (
            node.Operator is "Cast" or "Identity" or "Dropout"
            && trace.Find(node.Inputs[0]) is { Weight: not null } same
        )
        {
            trace.Make(node.Outputs[0], same);
            return true;
        }

        var value = trace.LabelsOf(node.Inputs[0]);
        if (WithoutZero.Contains(node.Operator))
        {
            value = value with { Ids = Array.ConvertAll(value.Ids, id => Math.Max(id, ChannelLabels.None)) };
        }

        trace.Make(node, value);
        return true;
    }

    private static bool Combine(ChannelTrace trace, OnnxNode node)
    {
        var isProduct = node.Operator is "Mul" or "Div";
        var made = node
            .Inputs.Select(trace.LabelsOf)
            .Aggregate((left, right) => trace.Layers.Combine(left, right, isProduct));
        trace.Make(node, made.WithShape(trace.ShapeOf(node.Outputs[0])));
        return true;
    }

    private static bool Choose(ChannelTrace trace, OnnxNode node)
    {
        if (trace.Find(node.Inputs[0]) is not null)
        {
            return false;
        }

        var condition = trace.LabelsOf(node.Inputs[0]);
        var chosen = trace.Layers.Combine(trace.LabelsOf(node.Inputs[1]), trace.LabelsOf(node.Inputs[2]), false);
        var made = trace.Layers.Combine(chosen, condition, false);
        trace.Make(node, made.WithShape(trace.ShapeOf(node.Outputs[0])));
        return true;
    }

    // Maps (n, channels, height, width) whose channels stay apart.
    private static bool Pool(ChannelTrace trace, OnnxNode node)
    {
        var value = trace.LabelsOf(node.Inputs[0]);
        var (before, after) = (value.Shape, trace.ShapeOf(node.Outputs[0]));
        if (
            node.Inputs.Skip(1).Any(name => trace.Find(name) is not null)
            || (node.Operator is "Resize" or "Upsample" && !before.AsSpan(0, 2).SequenceEqual(after.AsSpan(0, 2)))
        )
        {
            return false;
        }

        if (!Enumerable.Range(2, value.Rank - 2).Any(value.Varies))
        {
            trace.Make(node, value.WithShape(after));
            return true;
        }

        if (trace.Layers.Receive(value, 1) is not { } channels)
        {
            return false;
        }

        trace.Make(node, LabelArray.Along(after, 1, channels));
        return true;
    }

    private static bool Reduce(ChannelTrace trace, OnnxNode node)
    {
        var call = trace.Call(node);
        if (call.Integer("noop_with_empty_axes", 0) != 0)
        {
            return false;
        }

        var (value, shape) = (trace.LabelsOf(node.Inputs[0]), trace.ShapeOf(node.Outputs[0]));
        long[] all = [.. Enumerable.Range(0, value.Rank).Select(axis => (long)axis)];
        var since = node.Operator == "ReduceSum" ? 13 : 18;
        var axes = call.Axes(call.AxesOf(since, 1) is { Length: > 0 } given ? given : all, value.Rank);
        var made = trace.Layers.Reduce(value, axes);
        if (shape.Length < value.Rank)
        {
            int[] rest = [.. Enumerable.Range(0, value.Rank).Except(axes)];
            made = new(shape, [.. rest.Select(axis => made.Lengths[axis])], made.Ids);
        }

        trace.Make(node, made.WithShape(shape));
        return true;
    }

    // Weights (channels).
    private static bool Scale(ChannelTrace trace, OnnxNode node)
    {
        var value = trace.LabelsOf(node.Inputs[0]);
        foreach (var name in node.Inputs.Skip(1))
        {
            var factor = trace.LabelsOf(name).WithTrailingAxes(value.Rank - 2);
            value = trace.Layers.Combine(value, factor, isProduct: false);
        }

        trace.Make(node, value.WithShape(trace.ShapeOf(node.Outputs[0])));
        return true;
    }

    private static bool Instance(ChannelTrace trace, OnnxNode node)
    {
        Scale(trace, node);
        var value = trace.LabelsOf(node.Outputs[0]);
        trace.Layers.Reduce(value, [.. Enumerable.Range(2, value.Rank - 2)]);
        return true;
    }

    // The channels of a group are a block.
    private static bool Group(ChannelTrace trace, OnnxNode node)
    {
        var call = trace.Call(node);
        var channels = trace.ShapeOf(node.Inputs[0])[1];
        if (trace.ShapeOf(node.Inputs[1])[0] != channels)
        {
            return false;
        }

        Scale(trace, node);
        if (trace.Layers.Receive(trace.LabelsOf(node.Outputs[0]), 1) is not { } labels)
        {
            return false;
        }

        var groups = call.Integer("num_groups", 1);
        trace.Layers.Reduce(
            LabelArray.Along([groups, channels / groups], 0, labels) with
            {
                Lengths = [groups, channels / groups],
            },
            [1]
        );
        return true;
    }

    private static bool Standardize(ChannelTrace trace, OnnxNode node)
    {
        if (node.Outputs.Skip(1).Any(name => name.Length > 0))
        {
            return false;
        }

        var value = trace.LabelsOf(node.Inputs[0]);
        foreach (var name in node.Inputs.Skip(1).Where(name => name.Length > 0))
        {
            value = trace.Layers.Combine(value, trace.LabelsOf(name), isProduct: false);
        }

        var axis = trace.Call(node).Axis(trace.Call(node).Integer("axis", -1), value.Rank);
        trace.Layers.Reduce(value, [.. Enumerable.Range(axis, value.Rank - axis)]);
        trace.Make(node, value.WithShape(trace.ShapeOf(node.Outputs[0])));
        return true;
    }

    private static bool Softmax(ChannelTrace trace, OnnxNode node)
    {
        var rank = trace.ShapeOf(node.Inputs[0]).Length;
        var isOld = node.Opset < 13;
        var axis = trace.Call(node).Axis(trace.Call(node).Integer("axis", isOld ? 1 : -1), rank);
        return Over(trace, node, isOld ? [.. Enumerable.Range(axis, rank - axis).Select(i => (long)i)] : [axis]);
    }

    // Divided by what is computed over axes.
    private static bool Over(ChannelTrace trace, OnnxNode node, long[] axes)
    {
        var value = trace.LabelsOf(node.Inputs[0]);
        trace.Layers.Reduce(value, trace.Call(node).Axes(axes, value.Rank));
        trace.Make(node, value);
        return true;
    }
}
