using TransferLens.Studies.Declarations;

namespace TransferLens.Analyses.WiseFt;

/// <summary>Settings of <see cref="WiseFtAnalysis"/>.</summary>
internal sealed record WiseFtSettings
{
    /// <summary>Evenly spaced alphas, 0 and 1 among them.</summary>
    [Setting(
        "Number of evenly spaced alphas from 0, P, to 1, P-T",
        Minimum = 2,
        Maximum = WiseFtMeasurement.MostPoints
    )]
    public int Points { get; init; } = WiseFtMeasurement.DefaultPoints;

    /// <summary>What counts as no worse than P-T, in points (hundredths) of the metric.</summary>
    [Setting(
        "Largest loss, in points of the metric, that still counts as no worse than P-T",
        Minimum = 0,
        AboveMinimum = true
    )]
    public double Margin { get; init; } = 1;

    /// <summary>Maximum number of training images for recomputing running statistics; null for all.</summary>
    [Setting(
        "Maximum number of training images for recomputing running statistics of batch normalization",
        Minimum = 2,
        Default = "all"
    )]
    public int? RecalibrationImages { get; init; }
}
