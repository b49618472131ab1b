using System.Collections.Immutable;
using TransferLens.Studies.Declarations;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>Settings of <see cref="SoupAnalysis"/>.</summary>
internal sealed record SoupSettings
{
    /// <summary>Maximum number of training images for recomputing running statistics; null for all.</summary>
    [Setting(
        "Maximum number of training images for recomputing running statistics of batch normalization",
        Minimum = 2,
        Default = "all"
    )]
    public int? RecalibrationImages { get; init; }

    /// <summary>
    /// Names of the runs that a greedy soup may take, which needs validation images; empty for all that start from P.
    /// </summary>
    [Setting("Runs that a greedy soup may take, which needs validation images", Default = "all runs that start from P")]
    public ImmutableArray<string> Members { get; init; } = [];
}
