using System.Collections.Immutable;
using static TorchSharp.torch;
using static TransferLens.Vision.Models.Onnx.Operators.OnnxTypes;
using F = TorchSharp.torch.nn.functional;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>Elements around a tensor. Negative paddings cut.</summary>
internal static class PaddingOperators
{
    /// <summary>The operators.</summary>
    public static ImmutableArray<OnnxOperator> All { get; } =
    [new("Pad", 2, Any, Pad) { Attributes = ["mode", "pads", "value"] }];

    // Paddings and value are attributes before opset 11; axes may be given from 18 on.
    private static Tensor Pad(OnnxCall call)
    {
        var (input, old) = (call[0], call.Opset < 11);
        var pads = (old ? call.Integers("pads") : call.Values(1)) ?? throw call.Refusal("has no pads");
        var rank = (int)input.dim();
        var axes = call.Has(3) ? call.Values(3) : [.. Enumerable.Range(0, rank).Select(i => (long)i)];
        if (pads.Length != 2 * axes.Length)
        {
            throw call.Refusal($"has {pads.Length} paddings for {axes.Length} axes");
        }

        call.Axes(axes, rank);
        var (begin, end) = (new long[rank], new long[rank]);
        for (var i = 0; i < axes.Length; i++)
        {
            var axis = call.Axis(axes[i], rank);
            (begin[axis], end[axis]) = (pads[i], pads[axes.Length + i]);
        }

        call.Shape([.. input.shape.Select((length, axis) => Padded(length, begin[axis], end[axis]))]);
        var mode = call.Text("mode", "constant");
        if (mode == "constant")
        {
            var value =
                old ? call.Float("value", 0)
                : call.Has(2) ? call.Numbers(2)[0]
                : 0;
            long[] interleaved = [.. Enumerable.Range(0, rank).Reverse().SelectMany(i => new[] { begin[i], end[i] })];
            return F.pad(input, interleaved, value: value);
        }

        return Enumerable
            .Range(0, rank)
            .Where(axis => begin[axis] != 0 || end[axis] != 0)
            .Aggregate(input, (x, axis) => Along(call, x, axis, begin[axis], end[axis], mode));
    }

    // Saturated, so that no sum of lengths from a file overflows.
    private static long Padded(long length, long begin, long end) =>
        length + Math.Clamp(begin, -int.MaxValue, int.MaxValue) + Math.Clamp(end, -int.MaxValue, int.MaxValue);

    // The index of the element that each place shows.
    private static Tensor Along(OnnxCall call, Tensor input, int axis, long begin, long end, string mode)
    {
        var length = input.shape[axis];
        var last = length - 1;
        if (length == 0)
        {
            throw call.Refusal($"pads a length of {length} by {begin} and {end}");
        }

        var place = arange(-begin, length + end, 1, ScalarType.Int64, input.device);
        var index = mode switch
        {
            "edge" => place.clamp(0, last),
            "wrap" => place.remainder(length),
            "reflect" when last == 0 => zeros_like(place),
            "reflect" => last - (place.remainder(2 * last) - last).abs(),
            _ => throw call.Refusal($"has the mode '{mode}', which is not known"),
        };
        return input.index_select(axis, index);
    }
}
