using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Networks;

/// <summary>Counts the multiply-accumulates of a linear map that is computed by its operator.</summary>
internal sealed class CountedNode() : nn.Module("Map"), ICounted
{
    /// <inheritdoc/>
    public LayerPass? Last { get; private set; }

    /// <summary>Counts a pass.</summary>
    /// <param name="input">The input, images first.</param>
    /// <param name="weight">The weights.</param>
    /// <param name="isTransposed">Whether their outputs are the last axis.</param>
    /// <param name="output">The output.</param>
    public void Count(Tensor input, Tensor weight, bool isTransposed, Tensor output)
    {
        using var turned = isTransposed && weight.dim() > 1 ? weight.transpose(0, -1) : weight.alias();
        Last = LayerPass.Count(input, turned, output);
    }
}
