using System.Collections.Immutable;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Declarations;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>Settings of <see cref="CriticalityAnalysis"/>.</summary>
internal sealed record CriticalitySettings
{
    /// <summary>No path: rewinding only.</summary>
    internal const string NoPath = "none";

    /// <summary>The straight path from the initial to the trained weights.</summary>
    internal const string Direct = "direct";

    /// <summary>The path through the checkpoints of training.</summary>
    internal const string Optimization = "optimization";

    /// <summary>Path along which mu is measured: <c>none</c>, <c>direct</c> or <c>optimization</c>.</summary>
    [Setting(
        "Path for measuring the criticality score mu, straight (direct) or through the checkpoints (optimization)",
        Words = $"{NoPath} {Direct} {Optimization}"
    )]
    public string Paths { get; init; } = NoPath;

    /// <summary>Positions on the direct path, in [0, 1]; 0 and 1 are always included.</summary>
    [Setting("Positions on the direct path; 0 and 1 are added if missing", Minimum = 0, Maximum = 1)]
    public ImmutableArray<double> Alphas { get; init; } = PathSettings.DefaultAlphas;

    /// <summary>Standard deviations of the noise; 0 is always included.</summary>
    [Setting("Standard deviations of the noise; 0 is added if missing", Minimum = 0)]
    public ImmutableArray<double> Sigmas { get; init; } = PathSettings.DefaultSigmas;

    /// <summary>Maximum number of training images for mu.</summary>
    [Setting("Maximum number of training images for mu", Minimum = 1)]
    public int Examples { get; init; } = PathSettings.DefaultExamples;

    /// <summary>Number of draws of the noise.</summary>
    [Setting("Number of draws of the noise", Minimum = 1, Maximum = 1000)]
    public int Draws { get; init; } = PathSettings.DefaultDraws;

    /// <summary>
    /// Largest training error allowed for mu, in [0, 1]; null for the trained network's own plus <see cref="Margin"/>.
    /// </summary>
    [Setting(
        "Largest training error allowed for mu",
        Minimum = 0,
        Maximum = 1,
        Default = "the trained network's own training error plus margin"
    )]
    public double? Eps { get; init; }

    /// <summary>Added to the trained network's own training error if <see cref="Eps"/> is null.</summary>
    [Setting("Added to the trained network's own training error to give eps", Minimum = 0, Maximum = 1)]
    public double Margin { get; init; } = PathSettings.DefaultMargin;

    /// <summary>Seed of the noise.</summary>
    [Setting("Seed of the noise", Minimum = 0)]
    public int Seed { get; init; }

    /// <summary>Maximum number of training images for recomputing running statistics; null for all.</summary>
    [Setting(
        "Maximum number of training images for recomputing running statistics of batch normalization",
        Minimum = 2,
        Default = "all"
    )]
    public int? RecalibrationImages { get; init; }

    /// <summary>Whether to freeze the modules that rewinding spares, train again and compare.</summary>
    [Setting("Freeze the modules whose rewinding costs at most freeze_margin, train again and compare")]
    public bool CheckFrozen { get; init; } = true;

    /// <summary>
    /// What rewinding or freezing may cost, in hundredths of the metric: points where it is a percentage.
    /// </summary>
    [Setting(
        "Loss that rewinding or freezing a module may cost, in points (hundredths) of the metric",
        Minimum = 0,
        AboveMinimum = true,
        Maximum = 100
    )]
    public double FreezeMargin { get; init; } = 100 * NonInferiority.DefaultMargin;

    // Settings that are not used are left out, so that they do not affect the key of a task.
    internal PathSettings? Path =>
        Paths == NoPath ? null : new([.. Sigmas.Where(sigma => sigma > 0).Order()], Draws, Examples, Eps, Margin, Seed);

    /// <summary><see cref="FreezeMargin"/> in the unit of the score.</summary>
    internal double FreezeShare => FreezeMargin / 100;

    internal ImmutableArray<double> PathAlphas =>
        Paths == Direct ? [.. Alphas.Append(0).Append(1).Distinct().Order()] : [];
}
