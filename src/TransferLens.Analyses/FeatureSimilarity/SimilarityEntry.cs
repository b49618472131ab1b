using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>One target in results.json.</summary>
internal sealed record SimilarityEntry(
    string Target,
    int Examples,
    string Selection,
    SimilarityForm Form,
    SimilarityTokens Tokens,
    bool Pooled,
    ImmutableArray<PairEntry> Pairs,
    AllModulesEntry? AllModules,
    ImmutableArray<KindEntry> Kinds,
    ComparisonEntry? BetweenRuns,
    ProfileEntry? Profile,
    ComparisonEntry? WithPretrained,
    ImmutableArray<string> Models,
    ImmutableArray<ModelMatrix> Modules
)
{
    /// <summary>The entry of a target.</summary>
    public static SimilarityEntry Create(TargetSimilarity target)
    {
        var found = target.Comparisons;
        return new(
            target.Target,
            target.Measured.Examples,
            SimilarityWords.Selection(target.Limit),
            target.Measured.Form,
            target.Measured.Tokens,
            target.Measured.Pooled,
            [.. target.Pairs.Select(PairEntry.Create)],
            target.Shown is { } shown ? AllModulesEntry.Create(shown.Pair, shown.Table) : null,
            [.. KindSimilarity.Find(target).Select(KindEntry.Create)],
            found.Between is { } between ? ComparisonEntry.Create(between) : null,
            found.Profile is { } profile ? ProfileEntry.Create(profile) : null,
            found.ToPretrained is { } kept ? ComparisonEntry.Create(kept) : null,
            target.Models,
            target.ByModel
        );
    }
}

/// <summary>One kind of pair in results.json: its mean over pairs and modules.</summary>
internal sealed record KindEntry(string Kind, int Pairs, JsonObject MeanBeforeHead)
{
    /// <summary>The entry of a kind.</summary>
    public static KindEntry Create(KindSimilarity kind) =>
        new(kind.Kind, kind.Pairs.Length, kind.Mean(kind.Modules).ToJson());
}

/// <summary>Two kinds of pair in results.json: the mean of the first minus that of the second.</summary>
internal sealed record ComparisonEntry(ImmutableArray<string> Kinds, bool SameSettings, JsonObject Difference)
{
    /// <summary>The entry of a comparison.</summary>
    public static ComparisonEntry Create(SimilarityComparison comparison) =>
        new(
            [comparison.Kinds.Pretrained.Kind, comparison.Kinds.Random.Kind],
            comparison.Kinds.SameRecipe,
            comparison.Difference.ToJson()
        );
}

/// <summary>
/// The most and the least similar modules in results.json. The interval and p of their difference are simultaneous over
/// all pairs of modules.
/// </summary>
internal sealed record ProfileEntry(string Kind, ImmutableArray<string> Highest, string Lowest, JsonObject Difference)
{
    /// <summary>The entry of a profile.</summary>
    public static ProfileEntry Create(SimilarityProfile profile)
    {
        var difference = profile.Difference.ToJson();
        if (profile.Difference.HasInterval)
        {
            (difference["low"], difference["high"]) = (profile.Interval.Low, profile.Interval.High);
            difference["p"] = profile.AdjustedP;
        }

        return new(profile.Kind.Kind, profile.AsHigh, profile.Lowest, difference);
    }
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
