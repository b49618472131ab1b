using TransferLens.Studies.Declarations;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>Settings of <see cref="SoupAnalysis"/>.</summary>
internal sealed record SoupSettings
{
    /// <summary>
    /// Maximum number of training images for recomputing batch normalization statistics; null for all.
    /// </summary>
    [Setting(
        "Training images, at most, to recompute running statistics of batch normalization on",
        Minimum = 2,
        Default = "all"
    )]
    public int? RecalibrationImages { get; init; }
}
