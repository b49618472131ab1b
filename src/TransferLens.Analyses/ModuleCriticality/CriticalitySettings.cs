using System.Collections.Immutable;
using TransferLens.Studies.Declarations;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>Settings of <see cref="CriticalityAnalysis"/>.</summary>
internal sealed record CriticalitySettings
{
    private const string Direct = "direct";

    /// <summary>Along which path mu is measured: <c>none</c>, <c>direct</c> or <c>optimization</c>.</summary>
    [Setting("Path along which mu is measured", Words = "none direct optimization")]
    public string Paths { get; init; } = Direct;

    /// <summary>Positions on the direct path, in [0, 1]; 0 and 1 are always among them.</summary>
    [Setting("Positions on the direct path; 0 and 1 are always among them", Minimum = 0, Maximum = 1)]
    public ImmutableArray<double> Alphas { get; init; } = PathSettings.DefaultAlphas;

    /// <summary>Standard deviations of the noise; 0 is always among them.</summary>
    [Setting("Standard deviations of the noise; 0 is always among them", Minimum = 0)]
    public ImmutableArray<double> Sigmas { get; init; } = PathSettings.DefaultSigmas;

    /// <summary>Training images, at most, that mu is measured on.</summary>
    [Setting("Training images, at most, that mu is measured on", Minimum = 1)]
    public int Examples { get; init; } = 500;

    /// <summary>Draws of the noise.</summary>
    [Setting("Draws of the noise", Minimum = 1, Maximum = 1000)]
    public int Draws { get; init; } = 2;

    /// <summary>Training error that mu may not exceed, in [0, 1]; null for the trained network's own plus <see cref="Margin"/>.</summary>
    [Setting(
        "Training error that mu may not exceed",
        Minimum = 0,
        Maximum = 1,
        Default = "the trained network's own training error plus margin"
    )]
    public double? Eps { get; init; }

    /// <summary>Added to the trained network's own training error when <see cref="Eps"/> is null.</summary>
    [Setting("Added to the trained network's own training error to give eps", Minimum = 0, Maximum = 1)]
    public double Margin { get; init; } = 0.01;

    /// <summary>Seed of the noise.</summary>
    [Setting("Seed of the noise", Minimum = 0)]
    public int Seed { get; init; }

    /// <summary>Whether modules that rewinding spares are frozen and training is repeated.</summary>
    [Setting("Freeze the modules whose rewinding costs nothing, train again and compare")]
    public bool CheckFrozen { get; init; } = true;

    // What is not asked for is left out, so that it decides no task's key.
    internal PathSettings? Path =>
        Paths == "none" ? null : new([.. Sigmas.Where(sigma => sigma > 0).Order()], Draws, Examples, Eps, Margin, Seed);

    internal ImmutableArray<double> PathAlphas =>
        Paths == Direct ? [.. Alphas.Append(0).Append(1).Distinct().Order()] : [];
}
