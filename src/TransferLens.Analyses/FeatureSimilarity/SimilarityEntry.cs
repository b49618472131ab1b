using System.Collections.Immutable;
using TransferLens.Analyses.Common;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>One target in results.json.</summary>
internal sealed record SimilarityEntry(
    string Target,
    int Examples,
    string Selection,
    SimilarityForm Form,
    bool Pooled,
    ImmutableArray<PairEntry> Pairs,
    AllModulesEntry? AllModules
)
{
    /// <summary>The entry of a target.</summary>
    public static SimilarityEntry Create(TargetSimilarity target) =>
        new(
            target.Target,
            target.Measured.Examples,
            SimilarityWords.Selection(target.Limit),
            target.Measured.Form,
            target.Measured.Pooled,
            [.. target.Pairs.Select(PairEntry.Create)],
            target.Shown is { } shown ? AllModulesEntry.Create(shown.Pair, shown.Table) : null
        );
}

/// <summary>One pair of models in results.json: matching modules.</summary>
internal sealed record PairEntry(
    string First,
    string Second,
    bool Diverged,
    Estimate? MeanBeforeHead,
    ImmutableArray<ModuleSimilarity> Modules
)
{
    /// <summary>The entry of a pair.</summary>
    public static PairEntry Create(PairSimilarity pair) =>
        new(pair.Pair.First.Label, pair.Pair.Second?.Label ?? "P", pair.Diverged, pair.Mean, pair.Modules);
}

/// <summary>All modules of one pair of models in results.json, as <see cref="SimilarityTable"/>.</summary>
internal sealed record AllModulesEntry(
    string First,
    string Second,
    ImmutableArray<string> Rows,
    ImmutableArray<string> Columns,
    ImmutableArray<ImmutableArray<double?>> Debiased,
    ImmutableArray<ImmutableArray<double?>>? Biased,
    ImmutableArray<ImmutableArray<double?>> DebiasedStandardErrors,
    ImmutableArray<ImmutableArray<double?>>? BiasedStandardErrors
)
{
    /// <summary>The entry of a pair.</summary>
    public static AllModulesEntry Create(RunPair pair, SimilarityTable table) =>
        new(
            pair.First.Label,
            pair.Second?.Label ?? "P",
            table.Rows,
            table.Columns,
            table.Debiased,
            table.Biased,
            table.DebiasedErrors,
            table.BiasedErrors
        );
}
