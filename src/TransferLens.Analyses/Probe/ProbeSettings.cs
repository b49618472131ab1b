using TransferLens.Vision.Probes;

namespace TransferLens.Analyses.Probe;

/// <summary>How features are probed; the defaults are those of the command and of studies.</summary>
public sealed record ProbeSettings
{
    /// <summary>Number of neighbours unless another is given: 20.</summary>
    public const int DefaultNeighbours = NearestNeighbours.DefaultCount;

    /// <summary>
    /// C of the logistic regression of every module, above 0; null to choose it for each on a held-out fifth of the
    /// training images.
    /// </summary>
    public double? C { get; init; }

    /// <summary>Number of nearest neighbours, at least 1; all training images where there are fewer.</summary>
    public int Neighbours { get; init; } = DefaultNeighbours;

    /// <summary>Seed of the held-out fifth.</summary>
    public uint Seed { get; init; } = ProbeFit.DefaultSeed;
}
