using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>The figures and tables of <see cref="SimilarityMeasurement"/>.</summary>
internal static class SimilarityFigure
{
    /// <summary>For each target: a line over the modules for each pair, and one pair's modules each against each.</summary>
    public static ImmutableArray<Figure> Of(ImmutableArray<TargetSimilarity> targets) =>
        [.. targets.SelectMany(target => new Figure?[] { Lines(target), Modules(target) }).OfType<Figure>()];

    // More lines than this leave a band around each no room.
    private const int MostBands = 4;

    /// <summary>One table for each estimator: a row for each module, a column for each kind of pair; means over the pairs. And one with every pair's intervals.</summary>
    public static ImmutableArray<Table> Tables(ImmutableArray<TargetSimilarity> targets) =>
        [
            Table("feature_similarity", "Debiased CKA, means over pairs", targets, module => module.Debiased),
            .. targets.Any(target => target.Measured.Biased is not null)
                ? [Table("feature_similarity-biased", "Biased CKA, means over pairs", targets, module => module.Biased)]
                : (Table[])[],
            new(
                "feature_similarity-pairs",
                "CKA of every pair with its 95 % jackknife interval over test images",
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
            ),
        ];

    private static LineChart Lines(TargetSimilarity target)
    {
        var panels = new List<LinePanel>
        {
            Panel("Debiased", target, module => (module.Debiased, module.DebiasedLow, module.DebiasedHigh)),
        };
        if (target.Measured.Biased is not null)
        {
            panels.Add(Panel("Biased", target, module => (module.Biased, module.BiasedLow, module.BiasedHigh)));
        }

        return new(
            $"feature_similarity-{target.Target}",
            $"Similarity of features between two solutions, {target.Target}; one line a pair{(Banded(target) ? ", bands show the 95 % jackknife interval over test images" : "")}.",
            "Linear CKA over modules. Debiased, means over pairs and modules before the head: "
                + string.Join(
                    "; ",
                    target
                        .Kinds.Select(kind => (kind, Mean: MeanOf(target, kind)))
                        .Select(entry => $"{entry.kind} {(entry.Mean is { } mean ? $"{mean:0.00}" : "undefined")}")
                )
                + ".",
            [.. panels]
        );
    }

    private static double? MeanOf(TargetSimilarity target, string kind) =>
        Spread
            .Of(target.Pairs.Where(pair => pair.Pair.Kind == kind).Select(pair => pair.Mean).OfType<Estimate>())
            ?.Mean;

    private static bool Banded(TargetSimilarity target) => target.Pairs.Length <= MostBands;

    private static LinePanel Panel(
        string heading,
        TargetSimilarity target,
        Func<ModuleSimilarity, (double? Value, double? Low, double? High)> of
    ) =>
        new(
            heading,
            "module",
            "linear CKA",
            [
                .. target.Pairs.Select(pair => new Line(
                    pair.Pair.Kind,
                    target.Kinds.IndexOf(pair.Pair.Kind),
                    [.. Enumerable.Range(0, target.Modules.Length).Select(position => (double)position)],
                    [.. pair.Modules.Select(module => of(module).Value ?? double.NaN)],
                    Banded(target) ? [.. pair.Modules.Select(module => of(module).Low ?? double.NaN)] : [],
                    Banded(target) ? [.. pair.Modules.Select(module => of(module).High ?? double.NaN)] : []
                )),
            ]
        )
        {
            Positions = target.Modules,
        };

    private static Heatmap? Modules(TargetSimilarity target) =>
        target.Shown is not { } shown
            ? null
            : new(
                $"feature_similarity-{target.Target}-modules",
                $"Similarity of features between all modules of {shown.Pair.Label}, {target.Target}; debiased linear CKA.",
                $"Rows are the modules of {shown.Pair.First.Label}, columns those of {shown.Pair.Second?.Label ?? "P"}; a bright diagonal means that equal places hold alike features.",
                shown.Pair.Second?.Label ?? "P",
                shown.Pair.First.Label,
                shown.Table.Columns,
                shown.Table.Rows,
                [
                    .. shown.Table.Debiased.Select(row =>
                        (ImmutableArray<double>)[.. row.Select(value => value ?? double.NaN)]
                    ),
                ]
            );

    private static Table Table(
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
                        .. kinds.Select(kind =>
                            (object?)
                                Spread
                                    .Of(
                                        target
                                            .Pairs.Where(pair => pair.Pair.Kind == kind)
                                            .Select(pair => value(pair.Modules[module]))
                                            .OfType<double>()
                                    )
                                    ?.Mean
                        ),
                    ],
            ]
        );
    }
}
