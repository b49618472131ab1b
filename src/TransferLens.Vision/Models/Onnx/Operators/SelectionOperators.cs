using System.Collections.Immutable;
using static TorchSharp.torch;
using static TransferLens.Vision.Models.Onnx.Operators.OnnxTypes;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>The largest elements, those that are not zero, and marks at indices.</summary>
internal static class SelectionOperators
{
    /// <summary>The operators.</summary>
    public static ImmutableArray<OnnxOperator> All { get; } =
    [
        new("TopK", 1, Numbers, Largest) { Attributes = ["axis", "k", "largest", "sorted"] },
        new("NonZero", 1, Any, call => call[0].nonzero().t()),
        new("OneHot", 9, Numbers, Marks) { Attributes = ["axis"], LeastInputs = 3 },
    ];

    // Of equal elements the one with the lower index comes first, which libtorch promises for stable sorting only.
    private static Tensor[] Largest(OnnxCall call)
    {
        var input = call[0];
        var axis = call.Axis(call.Integer("axis", -1), input.dim());
        var count = call.Opset < 10 ? call.Integer("k", -1) : call.Value(1, -1);
        if (count < 0 || count > input.shape[axis])
        {
            throw call.Refusal($"takes {count} of {input.shape[axis]} elements");
        }

        var (values, indices) = input.sort(axis, call.Integer("largest", 1) != 0, stable: true);
        return [values.narrow(axis, 0, count), indices.narrow(axis, 0, count)];
    }

    // Indices outside [-depth, depth) mark nothing.
    private static Tensor Marks(OnnxCall call)
    {
        var (indices, depth) = (call[0].to(ScalarType.Int64), call.Value(1, 0));
        var axis = call.Axis(call.Integer("axis", -1), indices.dim() + 1);
        long[] single = [.. Enumerable.Repeat(1L, (int)indices.dim() + 1)];
        single[axis] = call.Shape([depth, .. indices.shape])[0];
        var classes = arange(depth, ScalarType.Int64, indices.device).reshape(single);
        var marked = GatherOperators.Positive(indices, depth).unsqueeze(axis).eq(classes);
        return where(marked, call[2].select(0, 1), call[2].select(0, 0));
    }
}
