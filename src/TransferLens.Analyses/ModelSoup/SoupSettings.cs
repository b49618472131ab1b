using TransferLens.Studies.Declarations;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>Settings of <see cref="SoupAnalysis"/>.</summary>
internal sealed record SoupSettings
{
    /// <summary>Training images, at most, that running statistics of batch normalization are recomputed on.</summary>
    [Setting("Training images, at most, to recompute running statistics of batch normalization on", Minimum = 2)]
    public int RecalibrationImages { get; init; } = Recalibration.DefaultImages;
}
