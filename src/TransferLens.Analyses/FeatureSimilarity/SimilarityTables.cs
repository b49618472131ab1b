using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>The tables of <see cref="SimilarityMeasurement"/>.</summary>
internal static class SimilarityTables
{
    /// <summary>
    /// One table per estimator, with a row per module and a column per kind of pair (means over the pairs), one with
    /// the intervals of every pair, and two for targets with three models or more: every model with every other, and
    /// the merges of their trees.
    /// </summary>
    public static ImmutableArray<Table> Of(ImmutableArray<TargetSimilarity> targets)
    {
        var debiased = Means("feature_similarity", SimilarityWords.DebiasedTitle, targets, module => module.Debiased);
        ImmutableArray<Table> biased = targets.Any(target => target.Measured.Biased is not null)
            ? [Means("feature_similarity-biased", SimilarityWords.BiasedTitle, targets, module => module.Biased)]
            : [];
        ImmutableArray<Table> models = targets.Any(target => !target.ByModel.IsEmpty)
            ? [Models(targets), Trees(targets)]
            : [];
        return [debiased, .. biased, Pairs(targets), .. models];
    }

    private static Table Models(ImmutableArray<TargetSimilarity> targets)
    {
        ImmutableArray<string> labels = [.. targets.SelectMany(target => target.Models).Distinct()];
        return new(
            "feature_similarity-models",
            SimilarityWords.ModelsTitle,
            ["target", "module", "model", .. labels],
            [
                .. from target in targets
                from matrix in target.ByModel
                from row in Enumerable.Range(0, target.Models.Length)
                select (ImmutableArray<object?>)
                    [
                        target.Target,
                        matrix.Name,
                        target.Models[row],
                        .. labels.Select(label => (object?)Cell(target, matrix.Debiased[row], label)),
                    ],
            ]
        );
    }

    private static double? Cell(TargetSimilarity target, ImmutableArray<double?> row, string label) =>
        target.Models.IndexOf(label) is >= 0 and var column ? row[column] : null;

    private static Table Trees(ImmutableArray<TargetSimilarity> targets) =>
        new(
            "feature_similarity-trees",
            SimilarityWords.TreesTitle,
            ["target", "module", "merge", "first", "second", "height"],
            [
                .. from target in targets
                from matrix in target.ByModel
                where matrix.Tree is not null
                from merge in matrix.Tree!.Merges.Index()
                select (ImmutableArray<object?>)
                    [
                        target.Target,
                        matrix.Name,
                        (long)merge.Index + 1,
                        SimilarityWords.Cluster(matrix.Tree!, merge.Item.First, target.Models),
                        SimilarityWords.Cluster(matrix.Tree!, merge.Item.Second, target.Models),
                        merge.Item.Height,
                    ],
            ]
        );

    private static Table Pairs(ImmutableArray<TargetSimilarity> targets) =>
        new(
            "feature_similarity-pairs",
            SimilarityWords.PairsTitle,
            [
                "target",
                "first",
                "second",
                "module",
                "debiased",
                "debiased, low",
                "debiased, high",
                "biased",
                "biased, low",
                "biased, high",
            ],
            [
                .. from target in targets
                from pair in target.Pairs
                from module in pair.Modules
                select (ImmutableArray<object?>)
                    [
                        target.Target,
                        pair.Pair.First.Label,
                        pair.Pair.Second?.Label ?? "P",
                        module.Name,
                        module.Debiased,
                        module.DebiasedLow,
                        module.DebiasedHigh,
                        module.Biased,
                        module.BiasedLow,
                        module.BiasedHigh,
                    ],
            ]
        );

    private static Table Means(
        string name,
        string title,
        ImmutableArray<TargetSimilarity> targets,
        Func<ModuleSimilarity, double?> value
    )
    {
        ImmutableArray<string> kinds = [.. targets.SelectMany(target => target.Kinds).Distinct()];
        return new(
            name,
            title,
            ["target", "module", .. kinds],
            [
                .. from target in targets
                from module in Enumerable.Range(0, target.Modules.Length)
                select (ImmutableArray<object?>)
                    [
                        target.Target,
                        target.Modules[module],
                        .. kinds.Select(kind => (object?)Mean(target, kind, module, value)),
                    ],
            ]
        );
    }

    private static double? Mean(
        TargetSimilarity target,
        string kind,
        int module,
        Func<ModuleSimilarity, double?> value
    ) =>
        Spread
            .Of(
                target
                    .Pairs.Where(pair => pair.Pair.Kind == kind)
                    .Select(pair => value(pair.Modules[module]))
                    .OfType<double>()
            )
            ?.Mean;
}
