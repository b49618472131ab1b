using System.Collections.Immutable;
using static TorchSharp.torch;
using static TransferLens.Vision.Models.Onnx.Operators.OnnxTypes;
using F = TorchSharp.torch.nn.functional;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>Products of matrices.</summary>
internal static class ProductOperators
{
    /// <summary>The operators.</summary>
    public static ImmutableArray<OnnxOperator> All { get; } =
    [
        new("MatMul", 1, Numbers, call => Product(call, call[0], call[1])) { LeastInputs = 2 },
        new("Gemm", 7, Numbers, Gemm) { Attributes = ["alpha", "beta", "transA", "transB"], LeastInputs = 2 },
        new("Einsum", 12, Numbers, call => einsum(call.Text("equation", ""), [.. call.All]))
        {
            Attributes = ["equation"],
        },
    ];

    /// <summary>
    /// A product of matrices, or of stacks of them. The shapes are checked here, since TorchSharp ends the process
    /// where they do not fit.
    /// </summary>
    /// <param name="call">The computation, for messages.</param>
    /// <param name="left">The left factor.</param>
    /// <param name="right">The right factor.</param>
    public static Tensor Product(OnnxCall call, Tensor left, Tensor right)
    {
        if (left.dtype != right.dtype)
        {
            throw call.Refusal($"multiplies tensors of different types, {left.dtype} and {right.dtype}");
        }

        if (!Fits(left.shape, right.shape))
        {
            throw call.Refusal(
                $"multiplies shapes that do not fit, [{string.Join(", ", left.shape)}] and "
                    + $"[{string.Join(", ", right.shape)}]"
            );
        }

        return left.matmul(right);
    }

    private static bool Fits(ReadOnlySpan<long> left, ReadOnlySpan<long> right)
    {
        if (left is [] || right is [] || left[^1] != (right.Length == 1 ? right[0] : right[^2]))
        {
            return false;
        }

        for (var axis = 3; axis <= Math.Min(left.Length, right.Length); axis++)
        {
            var (one, other) = (left[^axis], right[^axis]);
            if (one != other && one != 1 && other != 1)
            {
                return false;
            }
        }

        return true;
    }

    // alpha A B + beta C, where A and B may be transposed and C is optional from opset 11 on.
    private static Tensor Gemm(OnnxCall call)
    {
        var (alpha, beta) = (call.Float("alpha", 1), call.Float("beta", 1));
        var (transposeA, transposeB) = (call.Integer("transA", 0) != 0, call.Integer("transB", 0) != 0);
        if (call[0].dim() != 2 || call[1].dim() != 2)
        {
            throw call.Refusal($"takes matrices, not tensors with {call[0].dim()} and {call[1].dim()} axes");
        }

        var a = transposeA ? call[0].t() : call[0];
        var summand = call.Optional(2);
        if (transposeB && alpha == 1 && beta == 1 && summand is null or { shape.Length: 1 })
        {
            return F.linear(a, call[1], summand);
        }

        var product = Product(call, a, transposeB ? call[1].t() : call[1]);
        var scaled = alpha == 1 ? product : product * alpha;
        return summand is null ? scaled : scaled + (beta == 1 ? summand : summand * beta);
    }
}
