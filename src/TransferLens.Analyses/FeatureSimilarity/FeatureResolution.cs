namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>
/// Relative differences between a module's outputs below which they are rounding, so that the module is constant.
/// </summary>
internal static class FeatureResolution
{
    /// <summary>For features computed in float32.</summary>
    public const double Float32 = 1e-5;

    /// <summary>For features computed in float64.</summary>
    public const double Float64 = 1e-12;
}
