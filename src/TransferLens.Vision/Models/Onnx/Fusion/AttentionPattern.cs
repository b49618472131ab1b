using TransferLens.Vision.Models.Onnx.Operators;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Fusion;

/// <summary>
/// Attention (Vaswani et al. 2017), softmax(q k) v, whose scale an exporter has put into q or k. libtorch computes it
/// without keeping the products of all pairs of tokens.
/// </summary>
internal static class AttentionPattern
{
    private const long OpsetOfLastAxis = 13; // Softmax is over the last axis by default from here on

    /// <summary>Finds it from the last product.</summary>
    public static FusedNode? Find(OnnxNode last, NodeGraph graph) =>
        last is { Operator: "MatMul", Inputs: [var weights, var values] }
        && graph.MakerOf(weights, "Softmax") is { } softmax
        && IsLast(softmax)
        && graph.MakerOf(softmax.Inputs[0], "MatMul") is { Inputs: [var queries, var keys] } scores
            ? new([scores, softmax, last], [queries, keys, values], Attend) { IsAttention = true }
            : null;

    private static bool IsLast(OnnxNode softmax) =>
        softmax.Attribute("axis") is { } axis ? axis.Integer == -1 : softmax.Opset >= OpsetOfLastAxis;

    // Queries (..., n, d), keys (..., d, m), values (..., m, e).
    private static Tensor Attend(OnnxCall call)
    {
        using var scope = NewDisposeScope();
        var (queries, keys, values) = (call[0], call[1], call[2]);
        if (!AreHeads(queries, keys, values))
        {
            var weights = ProductOperators.Product(call, queries, keys).softmax(-1);
            return ProductOperators.Product(call, weights, values).MoveToOuterDisposeScope();
        }

        // libtorch divides by the root of d itself. It takes its fast path with an axis of heads.
        var (isFlat, root) = (queries.dim() == 3, Math.Sqrt(queries.shape[^1]));
        var result = nn.functional.scaled_dot_product_attention(
            WithHeads(queries * root),
            WithHeads(keys.transpose(-2, -1)),
            WithHeads(values)
        );
        return (isFlat ? result.squeeze(1) : result).MoveToOuterDisposeScope();

        Tensor WithHeads(Tensor value) => isFlat ? value.unsqueeze(1) : value;
    }

    private static bool AreHeads(Tensor queries, Tensor keys, Tensor values) =>
        queries.dim() is 3 or 4
        && queries.dim() == keys.dim()
        && keys.dim() == values.dim()
        && queries.shape[^1] == values.shape[^1]
        && queries.shape.AsSpan(..^2).SequenceEqual(keys.shape.AsSpan(..^2))
        && keys.shape.AsSpan(..^2).SequenceEqual(values.shape.AsSpan(..^2));
}
