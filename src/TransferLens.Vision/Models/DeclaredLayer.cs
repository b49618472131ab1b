using static TorchSharp.torch;

namespace TransferLens.Vision.Models;

/// <summary>What a layer does, in the terms in which networks are adapted.</summary>
internal enum LayerKind
{
    /// <summary>A linear map of each position: a linear layer, or a 1x1 convolution with one group.</summary>
    Linear,

    /// <summary>Batch, layer, group or instance normalization.</summary>
    Normalization,

    /// <summary>Any other layer that behaves differently in training mode or has other weights.</summary>
    Other,
}

/// <summary>A layer of a network, with the full names of its parameters.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Weight">
/// Name of its weights: of a linear map (outputs, inputs) or (outputs, inputs, 1, 1). A layer of a graph without
/// weights has the name of a weight of its module.
/// </param>
/// <param name="Bias">Name of its biases; null for none.</param>
internal sealed record DeclaredLayer(LayerKind Kind, string Weight, string? Bias)
{
    /// <summary>The module that computes it; null where it has no modes of training and evaluation.</summary>
    public nn.Module? Layer { get; init; }

    /// <summary>Whether the weights of a linear map are (inputs, outputs).</summary>
    public bool IsTransposed { get; init; }
}

/// <summary>Layers that compute with weights of other modules, as those of a graph do, declare them.</summary>
internal interface IDeclaredLayers
{
    /// <summary>The layers in order of computation.</summary>
    IEnumerable<DeclaredLayer> Declared { get; }
}
