using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Metrics;
using Words = TransferLens.Analyses.FeatureReuse.ReuseWords.Caption;

namespace TransferLens.Analyses.FeatureReuse;

/// <summary>The figures of the experiment.</summary>
internal static class FeatureReuseFigure
{
    /// <summary>
    /// Two figures per target: final performance and speed of optimization over block size, as in the paper's Figure 3;
    /// the relative drop.
    /// </summary>
    public static ImmutableArray<Figure> Draw(ImmutableArray<ReuseResult> targets) =>
        [.. targets.SelectMany(target => new Figure[] { Scores(target), Drops(target) })];

    /// <summary>The gain of pretraining over block size.</summary>
    public static Highlight Highlight(ReuseResult target)
    {
        var scale = target.Metric.Scale;
        ImmutableArray<Estimate?> gains = [.. target.Blocks.Select(block => block.Scores?.Gain.Drawn())];
        return new(
            target.Target,
            new LineChart(
                $"highlight-feature_reuse-{FileName(target)}",
                Words.Gains,
                Words.GainsInWords(
                    target.Metric,
                    target.Blocks.Zip(gains, (block, gain) => (Label(target, block), gain))
                ),
                [
                    new(
                        "",
                        "block size (pixels)",
                        $"gain ({target.Metric.AmountUnit})",
                        [
                            new(
                                "",
                                2,
                                [.. Enumerable.Range(0, gains.Length).Select(i => (double)i)],
                                Values(gains, scale, gain => gain.Value),
                                Values(gains, scale, gain => gain.Low),
                                Values(gains, scale, gain => gain.High)
                            ),
                        ]
                    )
                    {
                        Positions = Labels(target),
                    },
                ]
            )
        );
    }

    private static BarChart Scores(ReuseResult target)
    {
        var means = target.Blocks.Select(block =>
            (Label(target, block), block.Pretrained.Score?.Mean, block.Random.Score?.Mean)
        );
        return new(
            $"feature_reuse-{FileName(target)}",
            Words.Scores(ReuseWords.Place(target), Covered(target)),
            Words.ScoresInWords(target.Metric, means),
            [
                new(
                    "Final performance",
                    target.Metric.Axis("test "),
                    Labels(target),
                    Series(target, target.Metric, side => side.MeanScore?.DrawnScore())
                ),
                new(
                    "Speed of optimization",
                    target.CurveMetric.Axis("training ", ", mean over all epochs"),
                    Labels(target),
                    Series(target, target.CurveMetric, side => side.MeanSpeed?.DrawnScore())
                ),
            ]
        );
    }

    private static LineChart Drops(ReuseResult target)
    {
        var drops = target.Blocks.Select(block => (Label(target, block), block.Scores?.RelativeDrop?.Value));
        return new(
            $"feature_reuse-drop-{FileName(target)}",
            Words.Drops(ReuseWords.Place(target), Covered(target)),
            Words.DropsInWords(drops),
            [
                new("", "block size (pixels)", "100 (P-T - RI-T) / P-T (%)", [DropLine(target)])
                {
                    Positions = Labels(target),
                },
            ]
        );
    }

    // The target, with the learning rate where the experiment is repeated at several.
    private static string FileName(ReuseResult target) =>
        target.EqualRate is { } rate ? $"{target.Target}-lr{rate}" : target.Target;

    private static string Covered(ReuseResult target)
    {
        var shuffled = target.Blocks.Where(block => block != target.WholeImages).SelectMany(Sides).ToList();
        var whole = DrawnInterval.Covered(Sides(target.WholeImages));
        return Words.Covered(whole, shuffled.Count == 0 ? whole : DrawnInterval.Covered(shuffled));
    }

    private static OutcomeGroup[] Sides(ReuseBlock block) => [block.Pretrained, block.Random];

    private static ImmutableArray<BarSeries> Series(
        ReuseResult target,
        Metric metric,
        Func<OutcomeGroup, Estimate?> of
    ) =>
        [
            Bars(target.Pretrained.Run, metric.Scale, [.. target.Blocks.Select(block => of(block.Pretrained))]),
            Bars(target.Random.Run, metric.Scale, [.. target.Blocks.Select(block => of(block.Random))]),
        ];

    private static BarSeries Bars(string run, double scale, ImmutableArray<Estimate?> blocks) =>
        new(
            run,
            Values(blocks, scale, block => block.Value),
            Values(blocks, scale, block => block.Low),
            Values(blocks, scale, block => block.High)
        );

    private static Line DropLine(ReuseResult target)
    {
        ImmutableArray<Estimate?> drops = [.. target.Blocks.Select(block => block.Scores?.RelativeDrop?.Drawn())];
        return new(
            "relative drop",
            2,
            [.. Enumerable.Range(0, drops.Length).Select(i => (double)i)],
            Values(drops, 1, drop => drop.Value),
            Values(drops, 1, drop => drop.Low),
            Values(drops, 1, drop => drop.High)
        );
    }

    private static ImmutableArray<double> Values(
        ImmutableArray<Estimate?> estimates,
        double scale,
        Func<Estimate, double> of
    ) => [.. estimates.Select(estimate => estimate is null ? double.NaN : scale * of(estimate))];

    private static ImmutableArray<string> Labels(ReuseResult target) =>
        [.. target.Blocks.Select(block => Label(target, block))];

    private static string Label(ReuseResult target, ReuseBlock block) =>
        Words.Block(block.Block, block == target.WholeImages);
}
