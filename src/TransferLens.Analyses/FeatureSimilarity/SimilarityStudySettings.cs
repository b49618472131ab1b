using TransferLens.Studies.Declarations;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>Settings of <see cref="SimilarityAnalysis"/>.</summary>
internal sealed record SimilarityStudySettings
{
    /// <summary>Test images, at most; every class has its share.</summary>
    [Setting("Test images, at most; every class has its share", Minimum = 4)]
    public int Examples { get; init; } = 500;

    /// <summary>Whether each channel is averaged over height and width before comparing.</summary>
    [Setting("Average each channel over height and width before comparing")]
    public bool Pool { get; init; }

    /// <summary>Memory for Gram matrices and module outputs in MiB.</summary>
    [Setting(
        "Memory for Gram matrices and module outputs in MiB; decides between the exact and the minibatch form",
        Minimum = 1
    )]
    public int Memory { get; init; } = 2048;
}
