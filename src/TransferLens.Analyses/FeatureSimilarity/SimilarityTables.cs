using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>The tables of <see cref="SimilarityMeasurement"/>.</summary>
internal static class SimilarityTables
{
    /// <summary>
    /// One table per estimator, with a row per module and a column per kind of pair (means over the pairs), and one
    /// with the intervals of every pair.
    /// </summary>
    public static ImmutableArray<Table> Of(ImmutableArray<TargetSimilarity> targets)
    {
        var debiased = Means("feature_similarity", SimilarityWords.DebiasedTitle, targets, module => module.Debiased);
        return targets.Any(target => target.Measured.Biased is not null)
            ?
            [
                debiased,
                Means("feature_similarity-biased", SimilarityWords.BiasedTitle, targets, module => module.Biased),
                Pairs(targets),
            ]
            : [debiased, Pairs(targets)];
    }

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
