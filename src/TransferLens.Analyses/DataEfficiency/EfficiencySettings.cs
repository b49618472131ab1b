using System.Collections.Immutable;
using TransferLens.Studies.Declarations;

namespace TransferLens.Analyses.DataEfficiency;

/// <summary>What runs on different numbers of images have in common.</summary>
internal enum EqualTraining
{
    /// <summary>
    /// The number of steps: images of a subset are repeated until an epoch has as many as there are in all.
    /// </summary>
    Steps,

    /// <summary>The number of epochs: fewer images mean fewer steps.</summary>
    Epochs,
}

/// <summary>Settings of <see cref="DataEfficiencyAnalysis"/>.</summary>
internal sealed record EfficiencySettings
{
    /// <summary>Shares of the training images, in (0, 1]; 1 is always included.</summary>
    [Setting("Shares of the training images; 1 is added if missing", Minimum = 0, AboveMinimum = true, Maximum = 1)]
    public ImmutableArray<double> Shares { get; init; } = [1.0 / 16, 1.0 / 8, 1.0 / 4, 1.0 / 2, 1];

    /// <summary>What is equal in all runs.</summary>
    [Setting("What runs on different numbers of images have in common")]
    public EqualTraining Equal { get; init; }

    /// <summary>The run from P; null for the first one.</summary>
    [Setting("Run from P", Default = "the first run that starts from P")]
    public string? Run { get; init; }

    /// <summary>The run from random weights; null for the first one.</summary>
    [Setting("Run from random weights", Default = "the first run that starts from random weights")]
    public string? Scratch { get; init; }

    /// <summary>Whether a probe of P's last features is fitted to the same images.</summary>
    [Setting("Fit a probe of P's last features to the same images")]
    public bool Probe { get; init; } = true;

    /// <summary>The shares, ascending, 1 last.</summary>
    internal ImmutableArray<double> AllShares => [.. Shares.Append(1).Distinct().Order()];
}
