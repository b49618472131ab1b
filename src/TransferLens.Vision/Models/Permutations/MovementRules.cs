using TransferLens.Vision.Models.Onnx;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Permutations;

/// <summary>Nodes that only move elements: their operators move the labels as well.</summary>
internal static class MovementRules
{
    /// <summary>Operators that take one value and rearrange it.</summary>
    public static readonly string[] Operators =
    [
        "DepthToSpace",
        "Expand",
        "Flatten",
        "Gather",
        "GatherElements",
        "GatherND",
        "Reshape",
        "Slice",
        "SpaceToDepth",
        "Split",
        "Squeeze",
        "Tile",
        "Transpose",
        "Unsqueeze",
    ];

    /// <summary>Moves labels, or the elements of a weight.</summary>
    public static bool Move(ChannelTrace trace, OnnxNode node)
    {
        if (node.Inputs.Skip(1).Any(name => trace.Find(name) is not null))
        {
            return false;
        }

        using var scope = NewDisposeScope();
        var found = trace.Find(node.Inputs[0])!;
        var ids = found.Weight?.ToIndices() ?? found.Labels!.ToTensor().expand(found.Labels.Shape);
        Tensor?[] others = [.. node.Inputs.Skip(1).Select(trace.Plain)];
        foreach (var (name, moved) in node.Outputs.Zip(trace.Compute(node, [ids, .. others])))
        {
            if (name.Length > 0)
            {
                trace.Make(name, Moved(trace, found, moved));
            }
        }

        return true;
    }

    /// <summary>Concatenates labels as the node concatenates values.</summary>
    public static bool Concat(ChannelTrace trace, OnnxNode node)
    {
        using var scope = NewDisposeScope();
        Tensor?[] parts = [.. node.Inputs.Select(name => trace.LabelsOf(name).ToTensor().expand(trace.ShapeOf(name)))];
        var joined = trace.Compute(node, parts)[0];
        trace.Make(node, LabelArray.Create(joined.shape, joined, trace.Labels));
        return true;
    }

    /// <summary>Zeros around labels, as in the shortcuts of residual networks for CIFAR (option A).</summary>
    public static bool Pad(ChannelTrace trace, OnnxNode node)
    {
        using var scope = NewDisposeScope();
        var value = trace.LabelsOf(node.Inputs[0]);
        Tensor?[] others = [.. node.Inputs.Skip(1).Select(trace.Plain)];
        if (others.Length > 1)
        {
            others[1] = null;
        }

        var call = trace.Call(node);
        var isZero = node.Opset < 11 ? call.Float("value", 0) == 0 : !call.Has(2) || call.Numbers(2)[0] == 0;
        // The operator pads with zeros, which stand for a label after a shift.
        var shift = isZero ? -ChannelLabels.Zero : -ChannelLabels.None;
        var plain = node with { Attributes = [.. node.Attributes.Where(attribute => attribute.Name != "value")] };
        var padded = trace.Compute(plain, [value.ToTensor().expand(value.Shape) + shift, .. others])[0] - shift;
        trace.Make(node, LabelArray.Create(padded.shape, padded, trace.Labels));
        return true;
    }

    private static TracedValue Moved(ChannelTrace trace, TracedValue found, Tensor moved) =>
        found.Weight is { } weight
            ? new() { Weight = new(weight.Name, moved.shape, moved.contiguous().MoveToOuterDisposeScope()) }
            : TracedValue.Of(LabelArray.Create(moved.shape, moved, trace.Labels));
}
