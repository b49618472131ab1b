using TransferLens.Studies.Declarations;

namespace TransferLens.Analyses.Probe;

/// <summary>Settings of <see cref="ProbeAnalysis"/>.</summary>
internal sealed record ProbeStudySettings
{
    /// <summary>C of the logistic regression of every module; null to choose it on a held-out fifth.</summary>
    [Setting(
        "C of the logistic regression of every module",
        Minimum = 0,
        AboveMinimum = true,
        Default = "chosen for each module on a held-out fifth of the training images"
    )]
    public double? C { get; init; }

    /// <summary>Number of nearest neighbours.</summary>
    [Setting("Number of nearest neighbours", Minimum = 1)]
    public int K { get; init; } = ProbeSettings.DefaultNeighbours;

    /// <summary>Seed of the held-out fifth of the training images.</summary>
    [Setting("Seed of the held-out fifth of the training images", Minimum = 0)]
    public int Seed { get; init; }

    /// <summary>Whether the network with random weights is probed too.</summary>
    [Setting("Also probe the network with random weights, the control")]
    public bool Control { get; init; } = true;

    /// <summary>Seed of the random weights of the control.</summary>
    [Setting("Seed of the random weights of the control", Minimum = 0)]
    public int RandomSeed { get; init; } = ProbeMeasurement.DefaultRandomSeed;

    /// <summary>The settings of the measurement.</summary>
    public ProbeSettings ToProbe() =>
        new()
        {
            C = C,
            Neighbours = K,
            Seed = (uint)Seed,
        };
}
