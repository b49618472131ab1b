using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TransferLens.Models;

/// <summary>A layer that applies a matrix of weights to its input, at one place or many.</summary>
internal interface IWeighted
{
    /// <summary>The weights, (outputs, ...).</summary>
    Parameter Weight { get; }

    /// <summary>Its last forward pass; null before the first.</summary>
    LayerPass? Last { get; }
}

/// <summary>What a layer's forward pass took, of one picture.</summary>
/// <param name="MultiplyAccumulates">The elements of the weights times the places that they were applied at.</param>
/// <param name="InputDiffers">Whether something before the layer gets a gradient, so that one of its input is computed.</param>
internal sealed record LayerPass(long MultiplyAccumulates, bool InputDiffers)
{
    /// <summary>Counts a pass.</summary>
    public static LayerPass Of(Tensor input, Tensor weight, Tensor output) =>
        new(output.numel() / (input.shape[0] * weight.shape[0]) * weight.numel(), input.requires_grad);
}
