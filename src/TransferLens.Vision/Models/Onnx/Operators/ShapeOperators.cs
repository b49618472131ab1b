using System.Collections.Immutable;
using static TorchSharp.torch;
using static TransferLens.Vision.Models.Onnx.Operators.OnnxTypes;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>The same elements in other shapes.</summary>
internal static class ShapeOperators
{
    /// <summary>The operators.</summary>
    public static ImmutableArray<OnnxOperator> All { get; } =
    [
        new("Reshape", 5, Any, Reshape) { Attributes = ["allowzero"], LeastInputs = 2 },
        new("Flatten", 1, Any, Flatten) { Attributes = ["axis"] },
        new("Squeeze", 1, Any, Squeeze) { Attributes = ["axes"] },
        new("Unsqueeze", 1, Any, Unsqueeze) { Attributes = ["axes"] },
        new("Transpose", 1, Any, Transpose) { Attributes = ["perm"] },
        new("Expand", 8, Any, Expand) { LeastInputs = 2 },
        new("Tile", 6, Any, Tile) { LeastInputs = 2 },
        new("Concat", 4, Any, Concatenate) { Attributes = ["axis"] },
        new("Split", 2, Any, Split) { Attributes = ["axis", "num_outputs", "split"] },
    ];

    // 0 copies the length of the input, unless allowzero is set.
    private static Tensor Reshape(OnnxCall call)
    {
        var (input, shape) = (call[0], call.Values(1));
        for (var i = 0; i < shape.Length && call.Integer("allowzero", 0) == 0; i++)
        {
            if (shape[i] == 0)
            {
                shape[i] = i < input.dim() ? input.shape[i] : throw call.Refusal($"copies the length of axis {i}");
            }
        }

        return input.reshape(shape);
    }

    private static Tensor Flatten(OnnxCall call)
    {
        var input = call[0];
        var axis = call.Integer("axis", 1);
        var cut = axis == input.dim() ? (int)axis : call.Axis(axis, input.dim());
        var rows = input.shape[..cut].Aggregate(1L, (a, b) => a * b);
        return input.reshape(rows, input.shape[cut..].Aggregate(1L, (a, b) => a * b));
    }

    private static Tensor Squeeze(OnnxCall call)
    {
        var input = call[0];
        if (call.AxesOf(13, 1) is not { } axes)
        {
            return input.squeeze();
        }

        var which = call.Axes(axes, input.dim());
        if (which.FirstOrDefault(axis => input.shape[axis] != 1, -1) is >= 0 and var odd)
        {
            throw call.Refusal($"removes axis {odd}, whose length is {input.shape[odd]}");
        }

        return input.reshape([.. input.shape.Where((_, axis) => !which.Contains(axis))]);
    }

    private static Tensor Unsqueeze(OnnxCall call)
    {
        var axes = call.AxesOf(13, 1) ?? throw call.Refusal("has no axes");
        var which = call.Axes(axes, call[0].dim() + axes.Length);
        return which.Aggregate(call[0], (x, axis) => x.unsqueeze(axis));
    }

    private static Tensor Transpose(OnnxCall call)
    {
        var rank = call[0].dim();
        var order = call.Integers("perm") ?? [.. Enumerable.Range(0, (int)rank).Reverse().Select(i => (long)i)];
        return call[0].permute(order);
    }

    // Broadcasting of both: a length of 1 in the shape keeps the input's.
    private static Tensor Expand(OnnxCall call)
    {
        var (input, shape) = (call[0], call.Values(1));
        var rank = Math.Max((int)input.dim(), shape.Length);
        long Length(IReadOnlyList<long> lengths, int axis) =>
            axis - (rank - lengths.Count) is >= 0 and var i ? lengths[i] : 1;

        long[] both =
        [
            .. Enumerable
                .Range(0, rank)
                .Select(axis => Length(shape, axis) is var wanted && wanted == 1 ? Length(input.shape, axis) : wanted),
        ];
        return input.expand(call.Shape(both));
    }

    private static Tensor Tile(OnnxCall call)
    {
        var (input, times) = (call[0], call.Values(1));
        call.Shape([.. input.shape.Zip(times, (length, n) => n < 0 ? n : length * Math.Min(n, int.MaxValue))]);
        return input.repeat(times);
    }

    private static Tensor Concatenate(OnnxCall call)
    {
        var axis = call.Axis(call.Integer("axis", 1), call[0].dim());
        return cat([.. call.All], axis);
    }

    private static Tensor[] Split(OnnxCall call)
    {
        var (input, axis) = (call[0], call.Axis(call.Integer("axis", 0), call[0].dim()));
        var lengths =
            call.Opset < 13 ? call.Integers("split")
            : call.Has(1) ? call.Values(1)
            : null;
        lengths ??= Equal(input.shape[axis], call.Integer("num_outputs", call.Node.Outputs.Length));
        return lengths.All(length => length >= 0) && lengths.Sum() == input.shape[axis]
            ? input.split(lengths, axis)
            : throw call.Refusal($"splits a length of {input.shape[axis]} into [{string.Join(", ", lengths)}]");
    }

    // The last part is shorter when the length is not a multiple.
    private static long[] Equal(long length, long parts)
    {
        var each = (length + Math.Max(1, parts) - 1) / Math.Max(1, parts);
        return [.. Enumerable.Range(0, (int)parts).Select(i => Math.Clamp(length - (i * each), 0, each))];
    }
}
