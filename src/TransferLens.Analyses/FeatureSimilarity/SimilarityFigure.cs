using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Figures;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>The figures of <see cref="SimilarityMeasurement"/>.</summary>
internal static class SimilarityFigure
{
    /// <summary>
    /// For each target: a line over the modules for each pair, all modules of one pair against all, and all models in
    /// the last module before the head.
    /// </summary>
    public static ImmutableArray<Figure> Of(ImmutableArray<TargetSimilarity> targets) =>
        [
            .. targets.SelectMany(target =>
                new Figure?[] { Lines(target), Modules(target) }
                    .OfType<Figure>()
                    .Concat(Models(target))
            ),
        ];

    private static ImmutableArray<Figure> Models(TargetSimilarity target) =>
        target.LastFeatures is not { } last
            ? []
            : ModelFigures.Create(
                ($"feature_similarity-{target.Target}-models", $"feature_similarity-{target.Target}-tree"),
                target.Models,
                last,
                target.Target
            );

    // With more lines the bands would hide each other.
    private const int MostBands = 4;

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
            SimilarityWords.LinesCaption(
                target.Target,
                LinesByKind.Caption(target.Pairs.Length, target.Kinds.Length, "pair"),
                HasBands(target)
            ),
            SimilarityWords.LinesSummary(target.Kinds.Select(kind => (kind, MeanOf(target, kind)))),
            [.. panels]
        );
    }

    private static double? MeanOf(TargetSimilarity target, string kind) =>
        Spread
            .Of(target.Pairs.Where(pair => pair.Pair.Kind == kind).Select(pair => pair.Mean?.Value).OfType<double>())
            ?.Mean;

    private static bool HasBands(TargetSimilarity target) => target.Pairs.Length <= MostBands;

    private static LinePanel Panel(
        string heading,
        TargetSimilarity target,
        Func<ModuleSimilarity, (double? Value, double? Low, double? High)> of
    ) =>
        new(
            heading,
            "module",
            "linear CKA",
            LinesByKind.Of([
                .. target.Pairs.Select(pair => new Line(
                    pair.Pair.Kind,
                    target.Kinds.IndexOf(pair.Pair.Kind),
                    [.. Enumerable.Range(0, target.Modules.Length).Select(position => (double)position)],
                    [.. pair.Modules.Select(module => of(module).Value ?? double.NaN)],
                    HasBands(target) ? [.. pair.Modules.Select(module => of(module).Low ?? double.NaN)] : [],
                    HasBands(target) ? [.. pair.Modules.Select(module => of(module).High ?? double.NaN)] : []
                )),
            ])
        )
        {
            Positions = target.Modules,
        };

    private static Heatmap? Modules(TargetSimilarity target) =>
        target.Shown is not { } shown
            ? null
            : new(
                $"feature_similarity-{target.Target}-modules",
                SimilarityWords.ModulesCaption(target.Target, shown.Pair.Label),
                SimilarityWords.ModulesSummary(shown.Pair.First.Label, shown.Pair.Second?.Label ?? "P"),
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
}
