using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.ParameterDistance;

/// <summary>The figure and the table of <see cref="DistanceMeasurement"/>.</summary>
internal static class DistanceFigure
{
    /// <summary>One figure a target: mean distance per module, a bar for each kind of pair; pairs with a diverged training are left out.</summary>
    public static ImmutableArray<Figure> Of(ImmutableArray<PairDistance> pairs) =>
        [
            .. pairs
                .Where(pair => !pair.Diverged)
                .GroupBy(pair => pair.Pair.First.Target)
                .Select(target =>
                {
                    ImmutableArray<string> modules =
                    [
                        .. target.SelectMany(pair => pair.Distance.Modules).Select(module => module.Name).Distinct(),
                    ];
                    return new BarChart(
                        $"parameter_distance-{target.Key}",
                        $"Distance in parameter space per module, {target.Key}; bars are means, error bars the range over pairs.",
                        "Total distances: "
                            + string.Join(
                                "; ",
                                target
                                    .GroupBy(pair => pair.Pair.Kind)
                                    .Select(kind => $"{kind.Key} {kind.Average(pair => pair.Distance.Total):0.0}")
                            )
                            + ".",
                        [
                            new(
                                "",
                                "Euclidean distance",
                                modules,
                                [.. target.GroupBy(pair => pair.Pair.Kind).Select(kind => Bars(kind, modules))]
                            ),
                        ]
                    );
                }),
        ];

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

    /// <summary>One row a pair.</summary>
    public static Table Table(ImmutableArray<PairDistance> pairs) =>
        new(
            "parameter_distance",
            "Distances between solutions, beside their norms",
            [
                "target",
                "first",
                "second",
                "diverged",
                "distance",
                "norm of the first",
                "norm of the second",
                "head left out",
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
                        ]
                ),
            ]
        );
}
