using System.Collections.Immutable;
using static TorchSharp.torch;
using static TransferLens.Vision.Models.Onnx.Operators.OnnxTypes;
using F = TorchSharp.torch.nn.functional;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>Normalizations by the statistics of a batch, an image, a group of channels or a token.</summary>
internal static class NormalizationOperators
{
    private const float Epsilon = 1e-5f;

    /// <summary>The operators.</summary>
    public static ImmutableArray<OnnxOperator> All { get; } =
    [
        new("BatchNormalization", 7, Floats, BatchStatistics.Compute)
        {
            Attributes = ["epsilon", "momentum", "spatial", "training_mode"],
            LeastInputs = 5,
        },
        new("InstanceNormalization", 6, Floats, Instance) { Attributes = ["epsilon"], LeastInputs = 3 },
        new("GroupNormalization", 18, Floats, Group)
        {
            Attributes = ["epsilon", "num_groups", "stash_type"],
            LeastInputs = 3,
        },
        new("LayerNormalization", 17, Floats, Layer)
        {
            Attributes = ["axis", "epsilon", "stash_type"],
            LeastInputs = 2,
        },
        new("RMSNormalization", 23, Floats, RootMeanSquare)
        {
            Attributes = ["axis", "epsilon", "stash_type"],
            LeastInputs = 2,
        },
        new("MeanVarianceNormalization", 9, Floats, MeanVariance) { Attributes = ["axes"] },
        new("LpNormalization", 1, Floats, Norm) { Attributes = ["axis", "p"] },
        new("LRN", 1, Floats, Neighbours) { Attributes = ["alpha", "beta", "bias", "size"] },
    ];

    private static Tensor Instance(OnnxCall call) =>
        F.instance_norm(call[0], null, null, call[1], call[2], true, eps: call.Float("epsilon", Epsilon));

    // Scales and biases are per group in opset 18 and per channel from 21 on.
    private static Tensor Group(OnnxCall call)
    {
        var (channels, groups) = (call[0].shape[1], call.Integer("num_groups", 0));
        if (groups < 1 || channels % groups != 0)
        {
            throw call.Refusal($"makes {groups} groups of {channels} channels");
        }

        Tensor PerChannel(Tensor values) => call.Opset >= 21 ? values : Repeated(values, channels / groups);
        var epsilon = call.Float("epsilon", Epsilon);
        return F.group_norm(call[0], groups, PerChannel(call[1]), PerChannel(call[2]), epsilon);
    }

    private static Tensor Repeated(Tensor values, long times) =>
        values.unsqueeze(1).expand(values.shape[0], times).reshape(-1);

    // The mean and the reciprocal deviation are outputs too.
    private static Tensor[] Layer(OnnxCall call)
    {
        var (input, scale, bias) = (call[0], call[1], call.Optional(2));
        var axis = call.Axis(call.Integer("axis", -1), input.dim());
        var epsilon = call.Float("epsilon", Epsilon);
        var shape = input.shape[axis..];
        if (call.Node.Outputs.Length == 1 && Fits(scale, shape) && (bias is null || Fits(bias, shape)))
        {
            return [F.layer_norm(input, shape, scale, bias, epsilon)];
        }

        var axes = From(axis, input);
        var mean = input.mean(axes, keepdim: true);
        var centred = input - mean;
        var inverse = (centred.square().mean(axes, keepdim: true) + epsilon).rsqrt();
        var scaled = centred * inverse * scale;
        return [bias is null ? scaled : scaled + bias, mean, inverse];
    }

    private static Tensor RootMeanSquare(OnnxCall call)
    {
        var axes = From(call.Axis(call.Integer("axis", -1), call[0].dim()), call[0]);
        var square = call[0].square().mean(axes, keepdim: true) + call.Float("epsilon", Epsilon);
        return call[0] * square.rsqrt() * call[1];
    }

    // ONNX defines it with 1e-9 added to the deviation.
    private static Tensor MeanVariance(OnnxCall call)
    {
        long[] axes = [.. call.Axes(call.Integers("axes") ?? [0, 2, 3], call[0].dim()).Select(axis => (long)axis)];
        var centred = call[0] - call[0].mean(axes, keepdim: true);
        return centred / (centred.square().mean(axes, keepdim: true).sqrt() + 1e-9);
    }

    private static Tensor Norm(OnnxCall call)
    {
        long[] axis = [call.Axis(call.Integer("axis", -1), call[0].dim())];
        return call[0] / linalg.vector_norm(call[0], call.Integer("p", 2), axis, keepdim: true);
    }

    // x / (bias + alpha / size * (sum of squares in a window of channels))^beta. Of an even size the larger half is
    // after the channel, where libtorch's own function has it before.
    private static Tensor Neighbours(OnnxCall call)
    {
        var (input, size) = (call[0], call.Integer("size", 0));
        if (size < 1 || size > input.shape[1] * 2)
        {
            throw call.Refusal($"has a window of {size} channels");
        }

        var before = (size - 1) / 2;
        long[] pads = [.. Enumerable.Repeat(0L, 2 * ((int)input.dim() - 2)), before, size - 1 - before];
        var sums = F.pad(input.square(), pads).unfold(1, size, 1).sum(-1);
        var scaled = (sums * (call.Float("alpha", 0.0001f) / size)) + call.Float("bias", 1);
        return input / scaled.pow(call.Float("beta", 0.75f));
    }

    private static bool Fits(Tensor scale, long[] shape) => scale.shape.AsSpan().SequenceEqual(shape);

    private static long[] From(int axis, Tensor input) =>
        [.. Enumerable.Range(axis, (int)input.dim() - axis).Select(i => (long)i)];
}
