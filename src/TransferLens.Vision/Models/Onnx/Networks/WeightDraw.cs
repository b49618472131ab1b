using TransferLens.Vision.Models.Layers;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Networks;

/// <summary>
/// Draws the initial weights of a network from a graph. A file does not tell how its weights were initialized, so each
/// role has a usual distribution: convolutions as torchvision's residual networks (He et al. 2015, by outputs), linear
/// layers as PyTorch, embeddings normal with deviation 0.02, scales one, biases zero.
/// </summary>
internal static class WeightDraw
{
    private const double Deviation = 0.02;

    /// <summary>Draws a weight.</summary>
    /// <param name="weight">Which.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="generator">Draws it; null for zeros (ones where these are the start).</param>
    public static Tensor Draw(WeightTensor weight, int classes, Generator? generator)
    {
        long[] shape = [.. weight.Shape];
        if (weight.CountsClasses)
        {
            shape[0] = classes;
        }

        var values = weight.Role is WeightRole.Scale or WeightRole.Variance
            ? NewWeights.Ones(shape)
            : NewWeights.Zeros(shape);
        switch (weight.Role)
        {
            case WeightRole.Convolution:
                WeightInitialization.KaimingNormal(values, fanOut: true, generator);
                break;
            case WeightRole.Linear:
                WeightInitialization.WeightDefault(values, generator);
                break;
            case WeightRole.Bias when weight.Inputs is { } inputs:
                WeightInitialization.Uniform(values, 1 / Math.Sqrt(inputs), generator);
                break;
            case WeightRole.Embedding:
                WeightInitialization.Normal(values, Deviation, generator);
                break;
        }

        return values;
    }
}
