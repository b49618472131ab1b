using TransferLens.Vision.Models.Graphs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// Scaled dot-product attention with several heads of d features (Vaswani et al. 2017): softmax(Q K^T / sqrt(d)) V. It
/// has no weights.
/// </summary>
/// <param name="heads">Number of heads.</param>
/// <param name="headWidth">Number of features of a head, d.</param>
internal sealed class Attention(long heads, long headWidth)
    : nn.Module<Tensor, Tensor>("Attention"),
        ICounted,
        IGraphLayer
{
    /// <inheritdoc/>
    public LayerPass? Last { get; private set; }

    /// <param name="input">Queries, keys and values, (n, tokens, 3 heads d).</param>
    /// <returns>(n, tokens, heads d).</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var (images, tokens, width) = (input.shape[0], input.shape[1], input.shape[2] / 3);
        var parts = input.reshape(images, tokens, 3, heads, width / heads).permute(2, 0, 3, 1, 4).unbind(0);
        var weights = (parts[0] * (1 / Math.Sqrt(width / heads))).matmul(parts[1].transpose(-2, -1)).softmax(-1);
        var forward = 2 * tokens * tokens * width; // Q K^T, and its product with V
        Last = new(forward, input.requires_grad ? 2 * forward : 0)
        {
            Kept = input.requires_grad ? (3 * tokens * width) + (heads * tokens * tokens) : 0,
        };
        return weights.matmul(parts[2]).transpose(1, 2).reshape(images, tokens, width).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public GraphValue Write(GraphWriter graph, GraphValue input)
    {
        // (n, tokens, 3 heads d) -> (3, n, heads, tokens, d)
        var parts = graph.Transpose(graph.Reshape(input, 0, 0, 3, heads, headWidth), 2, 0, 3, 1, 4);
        var (queries, keys, values) = (graph.Select(parts, 0, 0), graph.Select(parts, 0, 1), graph.Select(parts, 0, 2));
        var scaled = graph.Times(queries, graph.Number(1 / Math.Sqrt(headWidth)));
        var scores = graph.MatMul(scaled, graph.Transpose(keys, 0, 1, 3, 2).Name);
        var weights = graph.Apply("Softmax", scores, NodeAttribute.Of("axis", -1L));
        var mixed = graph.Transpose(graph.MatMul(weights, values.Name), 0, 2, 1, 3);
        return graph.Reshape(mixed, 0, 0, heads * headWidth);
    }
}
