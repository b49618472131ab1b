using System.Collections.Immutable;
using TransferLens.Studies.Declarations;

namespace TransferLens.Analyses.FeatureReuse;

/// <summary>Settings of <see cref="FeatureReuseAnalysis"/>.</summary>
internal sealed record FeatureReuseSettings
{
    /// <summary>
    /// The value of <see cref="LearningRates"/> that compares each start at the best of its learning rates, and both
    /// at each rate that they share.
    /// </summary>
    public const string All = "all";

    /// <summary>The value of <see cref="LearningRates"/> that compares the first learning rates only.</summary>
    public const string First = "first";

    /// <summary>Sides of the blocks in pixels, or <c>channels</c> to permute all values of an image.</summary>
    [Setting(
        "Sides of the blocks in pixels, or channels to permute all values of an image",
        Default = "channels, 1 and every power of 2 up to the image's side"
    )]
    public ImmutableArray<string> BlockSizes { get; init; } = [];

    /// <summary>Seeds of the permutation.</summary>
    [Setting("Seeds of the permutation", Minimum = 0)]
    public ImmutableArray<int> Seeds { get; init; } = [1234, 1235, 1236];

    /// <summary>Use each seed's first permutation.</summary>
    [Setting("Use the paper's permutations, NumPy's first draw, even where blocks stay in place")]
    public bool Exact { get; init; }

    /// <summary>
    /// Seeds of the training runs, each for every permutation; empty for one seed of each run per permutation, in turn.
    /// </summary>
    [Setting(
        "Seeds of the training runs, each for every permutation",
        Minimum = 0,
        Default = "one seed of each run per permutation, in turn"
    )]
    public ImmutableArray<int> RunSeeds { get; init; } = [];

    /// <summary>Learning rates of the two runs to compare: <c>all</c> or <c>first</c>.</summary>
    [Setting("Learning rates of the two runs that are compared", Words = "all first")]
    public string LearningRates { get; init; } = All;
}
