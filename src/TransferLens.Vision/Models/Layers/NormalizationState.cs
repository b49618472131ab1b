using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>The weights and running statistics of batch normalization, (channels) each.</summary>
/// <param name="Weight">Scales.</param>
/// <param name="Bias">Summands.</param>
/// <param name="Mean">Running mean.</param>
/// <param name="Variance">Running variance.</param>
/// <param name="Batches">Number of batches in the statistics, a scalar of int64.</param>
internal sealed record NormalizationState(
    Parameter Weight,
    Parameter Bias,
    Tensor Mean,
    Tensor Variance,
    Tensor Batches
);
