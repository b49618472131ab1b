using System.Collections.Immutable;
using static TorchSharp.torch;
using static TransferLens.Vision.Models.Onnx.Operators.OnnxTypes;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>Parts along axes.</summary>
internal static class SlicingOperators
{
    /// <summary>The operators.</summary>
    public static ImmutableArray<OnnxOperator> All { get; } =
    [
        new("Slice", 1, Any, Slice) { Attributes = ["axes", "ends", "starts"] },
        new("Compress", 9, Any, Compress) { Attributes = ["axis"], LeastInputs = 2 },
        new("ReverseSequence", 10, Any, Reverse) { Attributes = ["batch_axis", "time_axis"], LeastInputs = 2 },
    ];

    // Starts, ends and axes are attributes before opset 10.
    private static Tensor Slice(OnnxCall call)
    {
        var old = call.Opset < 10;
        var starts = (old ? call.Integers("starts") : call.Values(1)) ?? throw call.Refusal("has no starts");
        var ends = (old ? call.Integers("ends") : call.Values(2)) ?? throw call.Refusal("has no ends");
        long[] first = [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)];
        var axes = (
            old ? call.Integers("axes")
            : call.Has(3) ? call.Values(3)
            : null
        ) ?? first;
        var steps = !old && call.Has(4) ? call.Values(4) : [.. starts.Select(_ => 1L)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length)
        {
            throw call.Refusal("has starts, ends, axes and steps of different numbers");
        }

        call.Axes(axes, call[0].dim());
        var output = call[0];
        for (var i = 0; i < starts.Length; i++)
        {
            var axis = call.Axis(axes[i], output.dim());
            output = Along(call, output, axis, starts[i], ends[i], steps[i]);
        }

        return output;
    }

    private static Tensor Along(OnnxCall call, Tensor input, int axis, long start, long end, long step)
    {
        var length = input.shape[axis];
        long Position(long at) => at < 0 ? at + length : at;
        if (step > 0)
        {
            var (from, to) = (Math.Clamp(Position(start), 0, length), Math.Clamp(Position(end), 0, length));
            return input.slice(axis, from, Math.Max(from, to), step);
        }

        if (step == 0)
        {
            throw call.Refusal("has a step of 0");
        }

        // Backwards, from the start to just after the end, which may be before the first.
        var (high, low) = (Math.Clamp(Position(start), -1, length - 1), Math.Clamp(Position(end), -1, length - 1));
        var stride = step == long.MinValue ? long.MaxValue : -step;
        return input.flip(axis).slice(axis, length - 1 - high, length - 1 - Math.Min(high, low), stride);
    }

    private static Tensor Compress(OnnxCall call)
    {
        var (input, kept) = (call[0], call[1].nonzero().reshape(-1));
        return call.Attribute("axis", OnnxAttributeKind.Integer) is { } axis
            ? input.index_select(call.Axis(axis.Integer, input.dim()), kept)
            : input.reshape(-1).index_select(0, kept);
    }

    // The first of each sequence, as many as it is long, in reverse order.
    private static Tensor Reverse(OnnxCall call)
    {
        var input = call[0];
        var batch = call.Axis(call.Integer("batch_axis", 1), input.dim());
        var time = call.Axis(call.Integer("time_axis", 0), input.dim());
        var lengths = call[1].reshape(-1, 1);
        var step = arange(input.shape[time], ScalarType.Int64, input.device).reshape(1, -1);
        var from = where(step.lt(lengths), lengths - 1 - step, step);
        var shape = input.shape.Select((length, axis) => axis == batch || axis == time ? length : 1).ToArray();
        var index = (batch < time ? from : from.t()).reshape(shape).expand(input.shape);
        return input.gather(time, index);
    }
}
