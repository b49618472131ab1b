using System.Collections.Immutable;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Declarations;

namespace TransferLens.Analyses.CheckpointSweep;

/// <summary>Settings of <see cref="CheckpointSweepAnalysis"/>.</summary>
internal sealed record CheckpointSweepSettings
{
    /// <summary>Epochs of the pretraining, from 0, or <c>last</c>; or files of P, counted from 0.</summary>
    [Setting(
        "Pretraining epochs, counted from 0, or last; or files of P, counted from 0",
        Default = "all that were kept"
    )]
    public ImmutableArray<string> Checkpoints { get; init; } = [];

    /// <summary>The run that is repeated from each checkpoint; null for the first that starts from P.</summary>
    [Setting("Run that is repeated from each checkpoint", Default = "the first run that starts from P")]
    public string? Run { get; init; }

    /// <summary>What counts as no worse than the last, in points (hundredths) of the metric.</summary>
    [Setting("Largest loss, in points of the metric, that still counts as no worse", Minimum = 0, AboveMinimum = true)]
    public double Margin { get; init; } = 1;

    /// <summary>Points on the line from each checkpoint to the last one.</summary>
    [Setting(
        "Number of points on the line from each checkpoint to the last one",
        Minimum = 2,
        Maximum = BarrierMeasurement.MostPoints
    )]
    public int Points { get; init; } = BarrierMeasurement.DefaultPoints;

    /// <summary>Maximum number of training images for recomputing running statistics; null for all.</summary>
    [Setting(
        "Maximum number of training images for recomputing running statistics of batch normalization",
        Minimum = 2,
        Default = "all"
    )]
    public int? RecalibrationImages { get; init; }

    /// <summary>
    /// Whether to measure the barrier between two runs from each checkpoint that differ in data order.
    /// </summary>
    [Setting("Also fine-tune from each checkpoint with another data order; measure the barrier between both ends")]
    public bool Instability { get; init; }
}
