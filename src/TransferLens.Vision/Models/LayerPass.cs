using static TorchSharp.torch;

namespace TransferLens.Vision.Models;

/// <summary>A layer whose work is counted: one that applies a matrix of weights to its input, or multiplies activations with each other.</summary>
internal interface ICounted
{
    /// <summary>Its last forward pass; null before the first.</summary>
    LayerPass? Last { get; }
}

/// <summary>What a layer's forward pass took, and what a backward pass through it would take, of one image.</summary>
/// <param name="Forward">Multiply-accumulates.</param>
/// <param name="Backward">As many again for each of the two factors that needs a gradient: the weights if they are trained, the input if
/// anything before it is.</param>
internal sealed record LayerPass(long Forward, long Backward)
{
    /// <summary>Counts a pass of weights: their elements times the places that they were applied at.</summary>
    public static LayerPass Of(Tensor input, Tensor weight, Tensor output)
    {
        var forward = output.numel() / (input.shape[0] * weight.shape[0]) * weight.numel();
        return new(forward, forward * ((weight.requires_grad ? 1 : 0) + (input.requires_grad ? 1 : 0)));
    }
}
