using static TorchSharp.torch;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>Squared lengths of vectors in float64, which stay on their device until all are computed.</summary>
internal static class SquaredLengths
{
    /// <summary>The squared length of a vector, a scalar on its device.</summary>
    public static Tensor Of(Tensor vector)
    {
        using var scope = NewDisposeScope();
        return vector.to(ScalarType.Float64).square().sum().MoveToOuterDisposeScope();
    }

    /// <summary>Their values.</summary>
    /// <param name="lengths">At least one scalar, each on any device; copied from a GPU at once.</param>
    public static double[] Values(IReadOnlyList<Tensor> lengths)
    {
        using var scope = NewDisposeScope();
        var device = lengths[0].device;
        return stack([.. lengths.Select(length => length.to(device))]).cpu().data<double>().ToArray();
    }
}
