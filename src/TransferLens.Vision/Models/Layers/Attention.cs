using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// Scaled dot-product attention with several heads of d features (Vaswani et al. 2017): softmax(Q K^T / sqrt(d)) V. It
/// has no weights.
/// </summary>
internal sealed class Attention(long heads) : nn.Module<Tensor, Tensor>("Attention"), ICounted
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
        Last = new(forward, input.requires_grad ? 2 * forward : 0);
        return weights.matmul(parts[2]).transpose(1, 2).reshape(images, tokens, width).MoveToOuterDisposeScope();
    }
}
