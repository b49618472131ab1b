using TransferLens.Studies.Declarations;

namespace TransferLens.Analyses.Mistakes;

/// <summary>Settings of <see cref="MistakesAnalysis"/>.</summary>
internal sealed record MistakesSettings
{
    /// <summary>Images shown in each list of mistakes.</summary>
    [Setting("Number of images shown in each list of mistakes", Minimum = 0)]
    public int Examples { get; init; } = 12;
}
