using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.ParameterDistance;

/// <summary>The figure and the table of <see cref="DistanceMeasurement"/>.</summary>
internal static class DistanceFigure
{
    /// <summary>
    /// One figure per target: mean distance per module, a bar for each kind of pair. Pairs with a diverged run are left
    /// out.
    /// </summary>
    public static ImmutableArray<Figure> Of(ImmutableArray<PairDistance> pairs) =>
        [.. pairs.Where(pair => !pair.Diverged).GroupBy(pair => pair.Pair.First.Target).Select(Bars)];

    private static BarChart Bars(IGrouping<string, PairDistance> target)
    {
        ImmutableArray<string> modules =
        [
            .. target.SelectMany(pair => pair.Distance.Modules).Select(module => module.Name).Distinct(),
        ];
        var kinds = target.GroupBy(pair => pair.Pair.Kind).ToList();
        var totals = kinds.Select(kind => (kind.Key, kind.Average(pair => pair.Distance.Total)));
        return new(
            $"parameter_distance-{target.Key}",
            DistanceWords.Caption(target.Key),
            DistanceWords.Summary(totals),
            [new("", "Euclidean distance", modules, [.. kinds.Select(kind => Bars(kind, modules))])]
        );
    }

    private static BarSeries Bars(IGrouping<string, PairDistance> kind, ImmutableArray<string> modules)
    {
        var spreads = modules
            .Select(name =>
                Spread.Of(
                    kind.SelectMany(pair => pair.Distance.Modules)
                        .Where(module => module.Name == name)
                        .Select(module => module.Distance)
                )
            )
            .ToList();
        return new(
            kind.Key,
            Values(spread => spread.Mean),
            Values(spread => spread.Low),
            Values(spread => spread.High)
        );

        ImmutableArray<double> Values(Func<Spread, double> of) =>
            [.. spreads.Select(spread => spread is null ? double.NaN : of(spread))];
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
