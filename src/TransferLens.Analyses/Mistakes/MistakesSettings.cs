using TransferLens.Studies.Declarations;

namespace TransferLens.Analyses.Mistakes;

/// <summary>Settings of <see cref="MistakesAnalysis"/>.</summary>
internal sealed record MistakesSettings
{
    /// <summary>Images shown of each kind of mistake.</summary>
    [Setting(
        "Number of images shown that only the first, only the second, and both models predict incorrectly",
        Minimum = 0
    )]
    public int Examples { get; init; } = 24;
}
