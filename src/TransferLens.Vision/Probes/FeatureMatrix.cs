using TransferLens.Vision.Evaluation;
using static TorchSharp.torch;

namespace TransferLens.Vision.Probes;

/// <summary>The features of one module on images, averaged over positions.</summary>
/// <param name="Module">The module's name.</param>
/// <param name="Width">Features per image.</param>
/// <param name="Values">Images x <paramref name="Width"/>, row by row, in the order of the images.</param>
public sealed record FeatureMatrix(string Module, int Width, float[] Values)
{
    /// <summary>Number of images.</summary>
    public int Count => Values.Length / Width;

    /// <summary>The features as float64 (images, Width); the caller's to dispose.</summary>
    internal Tensor ToTensor()
    {
        using var single = Evaluator.ToTensor(Values, Width);
        return single.to(ScalarType.Float64);
    }
}
