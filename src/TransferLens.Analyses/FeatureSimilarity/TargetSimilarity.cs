using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>The similarity of features between all models of a study on one target.</summary>
/// <param name="Target">The target.</param>
/// <param name="Models">Labels of the models in the order of the measurement: the runs, then P.</param>
/// <param name="Measured">All modules of all models.</param>
/// <param name="Pairs">Its pairs, matching modules.</param>
/// <param name="Shown">The pair of which all modules are compared with all, or null.</param>
internal sealed record TargetSimilarity(
    string Target,
    ImmutableArray<string> Models,
    SimilarityResult Measured,
    ImmutableArray<PairSimilarity> Pairs,
    (RunPair Pair, SimilarityTable Table)? Shown
)
{
    // Of two models, the pair says it all.
    private const int FewestModels = 3;

    /// <summary>All models with each other in each module; empty for fewer than three models.</summary>
    public ImmutableArray<ModelMatrix> ByModel { get; } = Models.Length < FewestModels ? [] : Measured.BetweenModels();

    /// <summary>All models in the last module before the head; null for fewer than three models.</summary>
    public ModelMatrix? LastFeatures => ByModel is [.., var last, _] ? last : ByModel.LastOrDefault();

    /// <summary>Maximum number of test images; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>Names of the modules.</summary>
    public ImmutableArray<string> Modules => Measured.Modules[0];

    /// <summary>The kinds of pairs, in the order of the figures.</summary>
    public ImmutableArray<string> Kinds => [.. Pairs.Select(pair => pair.Pair.Kind).Distinct()];

    /// <summary>What its findings rest on.</summary>
    public SimilarityComparisons Comparisons => SimilarityComparisons.Find(this);

    /// <summary>Pairs without a diverged run.</summary>
    public IEnumerable<PairSimilarity> Sound => Pairs.Where(pair => !pair.Diverged);
}

/// <summary>The similarity of features between two models, module by module.</summary>
/// <param name="Pair">The two models.</param>
/// <param name="Diverged">Whether one of them diverged; its last finite weights were used.</param>
/// <param name="Modules">All modules, the head last.</param>
internal sealed record PairSimilarity(RunPair Pair, bool Diverged, ImmutableArray<ModuleSimilarity> Modules)
{
    /// <summary>
    /// Mean of the debiased CKA over the modules before the head; null when it is undefined for all. Its interval is
    /// the mean of their intervals, which is at least as wide as it should be: exactly right if the same images move
    /// all modules together.
    /// </summary>
    public Estimate? Mean =>
        Modules[..^1].Select(module => module.Interval).OfType<Estimate>().ToList() is { Count: > 0 } modules
            ? new(
                modules.Average(module => module.Value),
                modules.Average(module => module.Low),
                modules.Average(module => module.High)
            )
            : null;
}
