using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.FeatureReuse;

/// <summary>The figures and tables of <see cref="ReuseMeasure"/>.</summary>
internal static class FeatureReuseFigure
{
    /// <summary>Two figures a target: final performance and speed of optimization over block size, as in the paper's Figure 3; the relative drop.</summary>
    public static ImmutableArray<Figure> Of(ImmutableArray<ReuseResult> targets) =>
        [.. targets.SelectMany(target => new Figure[] { Score(target), Drop(target) })];

    private static BarChart Score(ReuseResult target) =>
        new(
            $"feature_reuse-{target.FileName}",
            $"Final performance and speed of optimization on {target.Place} with shuffled blocks; {Bars(target)}.",
            $"Final test {target.Metric.InFigures} over block size: "
                + string.Join(
                    "; ",
                    target.Blocks.Select(block =>
                        $"{Label(target, block)}: {Number(block.Pretrained)} from P, {Number(block.Random)} from random weights"
                    )
                )
                + ".",
            [
                new(
                    "Final performance",
                    target.Metric.Axis("test "),
                    Labels(target),
                    Series(target, target.Metric, side => side.Estimate)
                ),
                new(
                    "Speed of optimization",
                    target.CurveMetric.Axis("training ", ", mean over all epochs"),
                    Labels(target),
                    Series(target, target.CurveMetric, side => Of(side.MeanTrainScore))
                ),
            ]
        );

    private static LineChart Drop(ReuseResult target) =>
        new(
            $"feature_reuse-drop-{target.FileName}",
            $"Relative drop without pretraining on {target.Place}; {Bands(target)}.",
            "Relative drop in percent over block size: "
                + string.Join(
                    "; ",
                    target.Blocks.Select(block =>
                        $"{Label(target, block)}: {(block.RelativeDrop is { } drop ? $"{drop.Value:0} %" : "undefined")}"
                    )
                )
                + ".",
            [
                new("", "block size (pixels)", "100 (P-T - RI-T) / P-T (%)", [DropLine(target)])
                {
                    Positions = Labels(target),
                },
            ]
        );

    /// <summary>One row for every block, and one for every training.</summary>
    public static ImmutableArray<Table> Tables(ImmutableArray<ReuseResult> targets) =>
        [
            new(
                "feature_reuse",
                $"Gain of pretraining by block size; {Metric.Plurals(targets.Select(target => target.Metric))} are fractions, drops percent",
                [
                    "target",
                    "block",
                    "P-T learning rate",
                    "RI-T learning rate",
                    $"P-T {Names(targets)}",
                    $"RI-T {Names(targets)}",
                    "gain",
                    "gain, low",
                    "gain, high",
                    "relative drop",
                    "drop, low",
                    "drop, high",
                    $"P-T mean training {TrainingNames(targets)}",
                    $"RI-T mean training {TrainingNames(targets)}",
                    "diverged",
                ],
                [
                    .. from target in targets
                    from block in target.Blocks
                    select (ImmutableArray<object?>)
                        [
                            target.Target,
                            Label(target, block),
                            target.Pretrained.LearningRate,
                            target.Random.LearningRate,
                            block.Pretrained.Score?.Mean,
                            block.Random.Score?.Mean,
                            block.Gain?.Value,
                            block.Gain?.Low,
                            block.Gain?.High,
                            block.RelativeDrop?.Value,
                            block.RelativeDrop?.Low,
                            block.RelativeDrop?.High,
                            block.Pretrained.MeanTrainScore?.Mean,
                            block.Random.MeanTrainScore?.Mean,
                            (long)(block.Pretrained.Diverged + block.Random.Diverged),
                        ],
                ]
            ),
            new(
                "feature_reuse-trainings",
                "Every training of the experiment",
                [
                    "target",
                    "block",
                    "run",
                    "learning rate",
                    "shuffle seed",
                    "seed",
                    "diverged",
                    $"test {Names(targets)}",
                    "low",
                    "high",
                    $"mean training {TrainingNames(targets)}",
                ],
                [
                    .. from target in targets
                    from one in target.Trainings
                    select (ImmutableArray<object?>)
                        [
                            target.Target,
                            one.Training.Block,
                            one.Training.Run.Run,
                            one.Training.Run.LearningRate,
                            (long?)one.Training.ShuffleSeed,
                            (long)one.Training.Seed,
                            one.Outcome.Diverged,
                            one.Outcome.Score,
                            one.Outcome.Low,
                            one.Outcome.High,
                            one.Outcome.MeanTrainScore,
                        ],
                ]
            ),
        ];

    private static ImmutableArray<BarSeries> Series(
        ReuseResult target,
        Metric metric,
        Func<OutcomeGroup, Estimate?> of
    ) =>
        [
            Bar(target.Pretrained.Run, metric.Scale, [.. target.Blocks.Select(block => of(block.Pretrained))]),
            Bar(target.Random.Run, metric.Scale, [.. target.Blocks.Select(block => of(block.Random))]),
        ];

    private static string TrainingNames(ImmutableArray<ReuseResult> targets) =>
        Metric.Names(targets.Select(target => target.CurveMetric));

    private static string Names(ImmutableArray<ReuseResult> targets) =>
        Metric.Names(targets.Select(target => target.Metric));

    private static BarSeries Bar(string run, double scale, ImmutableArray<Estimate?> blocks) =>
        new(
            run,
            Values(blocks, scale, block => block.Value),
            Values(blocks, scale, block => block.Low),
            Values(blocks, scale, block => block.High)
        );

    private static Line DropLine(ReuseResult target)
    {
        ImmutableArray<Estimate?> drops = [.. target.Blocks.Select(block => block.RelativeDrop)];
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

    private static Estimate? Of(Spread? spread) => spread is null ? null : new(spread.Mean, spread.Low, spread.High);

    private static ImmutableArray<string> Labels(ReuseResult target) =>
        [.. target.Blocks.Select(block => Label(target, block))];

    private static string Label(ReuseResult target, ReuseBlock block) =>
        block == target.Whole ? $"{block.Block} (whole)" : block.Block;

    private static string Number(OutcomeGroup group) =>
        group.Score is { } score ? group.Metric.Number(score.Mean) : "diverged";

    private static string Bars(ReuseResult target) => $"bars are means, error bars {Range(target)}";

    private static string Bands(ReuseResult target) => $"bands show {Range(target)}";

    private static string Range(ReuseResult target) =>
        target.Blocks.Any(block => block.Pretrained.Trainings.Length > 1)
            ? "the range over trainings, or the 95 % bootstrap interval of a single one"
            : "the 95 % bootstrap interval of the one training";
}
