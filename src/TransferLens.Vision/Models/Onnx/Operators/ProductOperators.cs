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
        new("MatMul", 1, Numbers, call => call[0].matmul(call[1])) { LeastInputs = 2 },
        new("Gemm", 7, Numbers, Gemm) { Attributes = ["alpha", "beta", "transA", "transB"], LeastInputs = 2 },
        new("Einsum", 12, Numbers, call => einsum(call.Text("equation", ""), [.. call.All]))
        {
            Attributes = ["equation"],
        },
    ];

    // alpha A B + beta C, where A and B may be transposed and C is optional from opset 11 on.
    private static Tensor Gemm(OnnxCall call)
    {
        var (alpha, beta) = (call.Float("alpha", 1), call.Float("beta", 1));
        var (transposeA, transposeB) = (call.Integer("transA", 0) != 0, call.Integer("transB", 0) != 0);
        var a = transposeA ? call[0].t() : call[0];
        var summand = call.Optional(2);
        if (transposeB && alpha == 1 && beta == 1 && summand is null or { shape.Length: 1 })
        {
            return F.linear(a, call[1], summand);
        }

        var product = a.matmul(transposeB ? call[1].t() : call[1]);
        var scaled = alpha == 1 ? product : product * alpha;
        return summand is null ? scaled : scaled + (beta == 1 ? summand : summand * beta);
    }
}
