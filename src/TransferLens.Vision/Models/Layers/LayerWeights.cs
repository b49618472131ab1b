using TorchSharp.Modules;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// The weights that a layer computes with. Its own it registers, those of another module not: TorchSharp would register
/// fields by itself.
/// </summary>
/// <param name="Weight">The weights.</param>
/// <param name="Bias">The biases; null for none.</param>
internal sealed record LayerWeights(Parameter Weight, Parameter? Bias);
