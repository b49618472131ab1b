using TransferLens.Studies.Declarations;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>Settings of <see cref="BezierCurve"/> in a study.</summary>
internal sealed record CurveSettings
{
    /// <summary>The epochs unless another number is given.</summary>
    public const int DefaultEpochs = 10;

    /// <summary>Passes over the training images.</summary>
    [Setting("Epochs that the middle of the curve is trained for, by the recipe of the runs", Minimum = 1)]
    public int Epochs { get; init; } = DefaultEpochs;
}
