using System.Collections.Immutable;
using TransferLens.Analyses.Alignment;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Declarations;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>Settings of <see cref="BarrierAnalysis"/>.</summary>
internal sealed record BarrierSettings
{
    /// <summary>Points on the line; 0, 0.5 and 1 are always among them.</summary>
    [Setting(
        "Number of evenly spaced points on the line, plus 0, 0.5 and 1 if missing",
        Minimum = 2,
        Maximum = BarrierMeasurement.MostPoints
    )]
    public int Points { get; init; } = BarrierMeasurement.DefaultPoints;

    /// <summary>First lambda.</summary>
    [Setting(
        "Position of the first point on the line; 0 is the first checkpoint, 1 the second",
        Minimum = -100,
        Maximum = 0
    )]
    public double From { get; init; }

    /// <summary>Last lambda.</summary>
    [Setting(
        "Position of the last point on the line; 0 is the first checkpoint, 1 the second",
        Minimum = 1,
        Maximum = 100
    )]
    public double To { get; init; } = 1;

    /// <summary>Epoch of both runs: <c>last</c>, <c>best</c> or both.</summary>
    [Setting("Which epoch of both runs", Words = "last best")]
    public ImmutableArray<string> Checkpoint { get; init; } = ["last"];

    /// <summary>Maximum number of training images for recomputing running statistics; null for all.</summary>
    [Setting(
        "Maximum number of training images for recomputing running statistics of batch normalization",
        Minimum = 2,
        Default = "all"
    )]
    public int? RecalibrationImages { get; init; }

    /// <summary>How hidden channels of the second model are matched with those of the first.</summary>
    [Setting("Also measure each line after permuting hidden channels of the second model to fit the first, matched by")]
    public AlignmentMethod Align { get; init; }

    /// <summary>Also train a curve between the first two runs of each kind; null for none.</summary>
    [Setting("Also train a quadratic Bezier curve between the first two runs of each kind", Default = "none")]
    public CurveSettings? Curve { get; init; }

    /// <summary>Points on each side of the grid on the plane through three models; 0 for no plane.</summary>
    [Setting(
        "Grid points per side of the plane through three checkpoints; 0 for no plane",
        Minimum = 0,
        Maximum = ModelPlane.MostPoints
    )]
    public int Plane { get; init; }

    /// <summary>Random points of the basin test; 0 for no test.</summary>
    [Setting("Number of random points in the basin test; 0 for no test", Minimum = 0, Maximum = 100000)]
    public int BasinDraws { get; init; }

    /// <summary>
    /// Scale delta of the basin test, a distance in parameter space; null for half the distance between two models.
    /// </summary>
    [Setting(
        "Scale delta of the basin test, a distance in parameter space",
        Minimum = 1e-6,
        Default = "half the distance between the first two models"
    )]
    public double? BasinDelta { get; init; }
}
