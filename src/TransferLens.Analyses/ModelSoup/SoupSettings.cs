using TransferLens.Studies.Declarations;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>Settings of <see cref="SoupAnalysis"/>.</summary>
internal sealed record SoupSettings
{
    /// <summary>Training images, at most, to recompute running statistics of batch normalization on; null for all.</summary>
    [Setting(
        "Training images, at most, to recompute running statistics of batch normalization on",
        Minimum = 2,
        Default = "all"
    )]
    public int? RecalibrationImages { get; init; }
}
