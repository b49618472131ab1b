using System.Collections.Immutable;
using static TorchSharp.torch;
using static TransferLens.Vision.Models.Onnx.Operators.OnnxTypes;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>Elements by their indices. Negative indices count from the end.</summary>
internal static class GatherOperators
{
    /// <summary>The operators.</summary>
    public static ImmutableArray<OnnxOperator> All { get; } =
    [
        new("Gather", 1, Any, Gather) { Attributes = ["axis"], LeastInputs = 2 },
        new("GatherElements", 11, Any, Elements) { Attributes = ["axis"], LeastInputs = 2 },
        new("GatherND", 11, Any, Tuples) { Attributes = ["batch_dims"], LeastInputs = 2 },
    ];

    /// <summary>Indices from 0 as int64.</summary>
    /// <param name="indices">Indices that may count from the end.</param>
    /// <param name="length">The length of the axis.</param>
    public static Tensor Positive(Tensor indices, long length)
    {
        var whole = indices.to(ScalarType.Int64);
        return where(whole.lt(0), whole + length, whole);
    }

    private static Tensor Gather(OnnxCall call)
    {
        var (input, indices) = (call[0], call[1]);
        var axis = call.Axis(call.Integer("axis", 0), input.dim());
        var positive = Positive(indices, input.shape[axis]);
        return input
            .index_select(axis, positive.reshape(-1))
            .reshape([.. input.shape[..axis], .. indices.shape, .. input.shape[(axis + 1)..]]);
    }

    private static Tensor Elements(OnnxCall call)
    {
        var axis = call.Axis(call.Integer("axis", 0), call[0].dim());
        return call[0].gather(axis, Positive(call[1], call[0].shape[axis]));
    }

    // The last axis of the indices has one index for each of as many axes of the input, after the batch axes.
    private static Tensor Tuples(OnnxCall call)
    {
        var (input, indices) = (call[0], call[1]);
        var batches = (int)call.Integer("batch_dims", 0);
        var depth = indices.dim() > 0 ? (int)indices.shape[^1] : 0;
        if (batches < 0 || depth < 1 || batches + depth > input.dim() || batches >= indices.dim())
        {
            throw call.Refusal($"takes {depth} indices after {batches} batch axes of {input.dim()}");
        }

        var batch = input.shape[..batches].Aggregate(1L, (a, b) => a * b);
        var rest = input.shape[(batches + depth)..];
        var flat = indices.reshape(batch, -1, depth);
        var linear = Linear(flat, input.shape.AsSpan(batches, depth));
        var positions = input.shape.AsSpan(batches, depth).ToArray().Aggregate(1L, (a, b) => a * b);
        var offset = arange(batch, ScalarType.Int64, input.device).unsqueeze(1) * positions;
        long[] grouped = [batch * positions, .. rest];
        return input
            .reshape(grouped)
            .index_select(0, (linear + offset).reshape(-1))
            .reshape([.. indices.shape[..^1], .. rest]);
    }

    /// <summary>Positions in row-major order of index tuples along the last axis.</summary>
    /// <param name="indices">(..., depth).</param>
    /// <param name="shape">The lengths of the depth axes.</param>
    public static Tensor Linear(Tensor indices, ReadOnlySpan<long> shape)
    {
        var linear = Positive(indices.select(-1, 0), shape[0]);
        for (var i = 1; i < shape.Length; i++)
        {
            linear = (linear * shape[i]) + Positive(indices.select(-1, i), shape[i]);
        }

        return linear;
    }
}
