using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.ParameterDistance;

/// <summary>The figure and the table of <see cref="DistanceMeasurement"/>.</summary>
internal static class DistanceFigure
{
    /// <summary>
    /// One figure per target: mean distance per module without heads, a bar for each kind of pair. Pairs with a
    /// diverged run are left out.
    /// </summary>
    public static ImmutableArray<Figure> Of(ImmutableArray<PairDistance> pairs) =>
        [.. pairs.Where(pair => !pair.Diverged).GroupBy(pair => pair.Pair.First.Target).Select(Bars)];

    private static BarChart Bars(IGrouping<string, PairDistance> target)
    {
        ImmutableArray<string> modules =
        [
            .. target.SelectMany(pair => pair.Displacement.Modules).Select(module => module.Name).Distinct(),
        ];
        var kinds = target.GroupBy(pair => pair.Pair.Kind).ToList();
        var means = kinds.Select(kind => (kind.Key, kind.Average(pair => pair.Displacement.Body)));
        return new(
            $"parameter_distance-{target.Key}",
            DistanceWords.Caption(target.Key),
            DistanceWords.Summary(means),
            [new("", "Euclidean distance", modules, [.. kinds.Select(kind => Bars(kind, modules))])]
        );
    }

    private static BarSeries Bars(IGrouping<string, PairDistance> kind, ImmutableArray<string> modules)
    {
        var effects = modules.Select(name => Mean(kind, name)).ToList();
        return new(
            kind.Key,
            Values(effect => effect.Value),
            // A distance is at least 0.
            Values(effect => effect.HasInterval ? Math.Max(0, effect.Interval().Low) : double.NaN),
            Values(effect => effect.HasInterval ? effect.Interval().High : double.NaN)
        );

        ImmutableArray<double> Values(Func<Effect, double> of) =>
            [.. effects.Select(effect => effect is null ? double.NaN : of(effect))];
    }

    // Runs and P: one number per run. Runs of one group, or of two: pairs that share a run are dependent.
    private static Effect? Mean(IEnumerable<PairDistance> kind, string module)
    {
        var pairs = kind.SelectMany(
                pair => pair.Displacement.Modules.Where(one => one.Name == module),
                (pair, one) => (pair.Pair, Distance: one.Distance)
            )
            .ToList();
        var named = pairs
            .Select(one => new SeedPair(one.Pair.First.Label, one.Pair.Second?.Label ?? "P", one.Distance))
            .ToList();
        return pairs switch
        {
            [] => null,
            [({ Second: null }, _), ..] => Welch.Mean(pairs.Select(one => one.Distance)),
            [({ First: var first, Second: { } second }, _), ..]
                when (first.Run, first.LearningRate) == (second.Run, second.LearningRate) => PairMean.Within(named),
            _ => PairMean.Between(named),
        };
    }

    /// <summary>One row per pair.</summary>
    public static Table Table(ImmutableArray<PairDistance> pairs) =>
        new(
            "parameter_distance",
            DistanceWords.TableTitle,
            [
                "target",
                "first",
                "second",
                "diverged",
                "distance",
                "norm of the first",
                "norm of the second",
                "head left out",
                "distance without heads",
                "began",
                "first moved",
                "second moved",
                "cosine",
            ],
            [
                .. pairs.Select(pair =>
                    (ImmutableArray<object?>)
                        [
                            pair.Pair.First.Target,
                            pair.Pair.First.Label,
                            pair.Pair.Second?.Label ?? "P",
                            pair.Diverged,
                            pair.Distance.Total,
                            pair.Distance.FirstNorm,
                            pair.Distance.SecondNorm,
                            pair.Distance.HeadLeftOut,
                            pair.Displacement.Body,
                            pair.Displacement.Began,
                            pair.Displacement.FirstMoved,
                            pair.Displacement.SecondMoved,
                            pair.Displacement.Cosine,
                        ]
                ),
            ]
        );
}
