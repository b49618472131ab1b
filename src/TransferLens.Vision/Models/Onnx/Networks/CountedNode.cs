using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Networks;

/// <summary>
/// Counts the multiply-accumulates of a linear map or of attention that is computed by its operator, for one image.
/// </summary>
internal sealed class CountedNode() : nn.Module("Map"), ICounted
{
    /// <inheritdoc/>
    public LayerPass? Last { get; private set; }

    /// <summary>Counts a pass of a convolution, a product of matrices or the like.</summary>
    /// <param name="node">The node.</param>
    /// <param name="left">Its first input.</param>
    /// <param name="right">Its second input.</param>
    /// <param name="output">Its output.</param>
    public void Count(OnnxNode node, Tensor left, Tensor right, Tensor output)
    {
        var each = node.Operator switch
        {
            "MatMul" => left.shape[^1],
            "Conv" or "ConvTranspose" => right.numel() / right.shape[0],
            _ => right.numel() / output.shape[^1],
        };
        var positions = node.Operator == "ConvTranspose" ? left.numel() : output.numel();
        var kept = (right.requires_grad ? left.numel() : 0) + (IsProduct(node, left, right) ? right.numel() : 0);
        Set(positions * each, (left.requires_grad ? 1 : 0) + (right.requires_grad ? 1 : 0), kept);
    }

    /// <summary>Counts a pass of attention: the products of queries and keys, and those with the values.</summary>
    /// <param name="queries">Queries (..., n, d).</param>
    /// <param name="keys">Keys (..., d, m).</param>
    /// <param name="values">Values (..., m, e).</param>
    public void Count(Tensor queries, Tensor keys, Tensor values)
    {
        var products = (queries.numel() * keys.shape[^1]) + (queries.shape[^2] * values.numel());
        var isTrained = queries.requires_grad || keys.requires_grad || values.requires_grad;
        var kept =
            queries.numel() + keys.numel() + values.numel() + (queries.numel() / queries.shape[^1] * keys.shape[^1]);
        Set(products, isTrained ? 2 : 0, isTrained ? kept : 0);
    }

    // Of two values that depend on the images: the second is kept, too, for the gradient of the first.
    private static bool IsProduct(OnnxNode node, Tensor left, Tensor right) =>
        node.Operator == "MatMul" && left.requires_grad && right is not TorchSharp.Modules.Parameter && right.dim() > 2;

    private void Set(long forward, int gradients, long kept) =>
        Last = new(forward, forward * gradients) { Kept = kept };
}
