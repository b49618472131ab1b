using static TorchSharp.torch;

namespace TransferLens.Vision.Models;

/// <summary>A layer whose multiply-accumulates are counted: convolution, linear layer or attention.</summary>
internal interface ICounted
{
    /// <summary>The cost of its last forward pass; null before the first.</summary>
    LayerPass? Last { get; }
}

/// <summary>Layers that compute with weights of other modules, as those of a graph do.</summary>
internal interface ICountedLayers
{
    /// <summary>
    /// The costs of the last forward pass, each with the full name of a weight of the module that it belongs to.
    /// </summary>
    IEnumerable<(string Weight, LayerPass Pass)> Passes { get; }
}

/// <summary>The cost per image of a layer's forward pass, and of a backward pass through it.</summary>
/// <param name="Forward">Multiply-accumulates.</param>
/// <param name="Backward">The same number again for each factor that needs a gradient: the weights if they are
/// trained, the input if a trained layer precedes this one.</param>
internal sealed record LayerPass(long Forward, long Backward)
{
    /// <summary>
    /// Numbers per image that are kept from the forward pass for these gradients: the input of a layer whose weights
    /// are trained; queries, keys, values and their products in attention.
    /// </summary>
    public long Kept { get; init; }

    /// <summary>Both passes.</summary>
    public LayerPass Plus(LayerPass other) =>
        new(Forward + other.Forward, Backward + other.Backward) { Kept = Kept + other.Kept };

    /// <summary>
    /// Counts the multiply-accumulates of a layer with weights: their number times the positions they are applied at.
    /// </summary>
    /// <param name="input">The layer's input, images first.</param>
    /// <param name="weight">Its weights, outputs first.</param>
    /// <param name="output">Its output.</param>
    public static LayerPass Count(Tensor input, Tensor weight, Tensor output)
    {
        var positions = output.numel() / (input.shape[0] * weight.shape[0]);
        var forward = positions * weight.numel();
        var gradients = (weight.requires_grad ? 1 : 0) + (input.requires_grad ? 1 : 0);
        return new(forward, forward * gradients) { Kept = weight.requires_grad ? input.numel() / input.shape[0] : 0 };
    }
}
