using System.Collections.Immutable;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>The figures and tables of <see cref="DepthChoice"/>.</summary>
internal static class DepthFigure
{
    /// <summary>Score against cost, one figure a target; each rung is a point with its error bar.</summary>
    public static ImmutableArray<Figure> Of(ImmutableArray<DepthTarget> targets) =>
        [
            .. targets.Select(target => new LineChart(
                $"fine_tuning_depth-{target.Target}",
                $"How much of the network is trained on {target.Target}: {target.Metric.Name} against training cost. Error bars show the range over seeds, or the 95 % bootstrap interval of a single training.",
                $"Final test {target.Metric.InFigures} and training cost in percent of the whole network's: "
                    + string.Join(
                        "; ",
                        target.Rungs.Select(rung =>
                            $"{rung.Words}: {(rung.Outcome.Score is { } score ? target.Metric.Number(score.Mean) : "diverged")} for {100 * rung.CostShare:0} %"
                        )
                    )
                    + ".",
                [
                    new(
                        target.Target,
                        "training cost (% of the whole network's)",
                        target.Metric.Axis("test "),
                        [
                            .. target
                                .Rungs.Select((rung, i) => (Rung: rung, Group: i))
                                .Where(one => one.Rung.Outcome.Estimate is not null)
                                .Select(one => Point(one.Rung, one.Group)),
                        ]
                    ),
                ]
            )),
        ];

    /// <summary>One row a rung, and one a training.</summary>
    public static ImmutableArray<Table> Tables(ImmutableArray<DepthTarget> targets) =>
        [
            new(
                "fine_tuning_depth",
                $"How much of the network is trained; {Metric.Plurals(targets.Select(target => target.Metric))} are fractions, cost in multiply-accumulates of one training",
                [
                    "target",
                    "rung",
                    "trained",
                    "learning rate",
                    $"test {Names(targets)}",
                    "low",
                    "high",
                    "above the best",
                    "above, low",
                    "above, high",
                    "trained parameters",
                    "cost",
                    "share of the whole network's",
                    "diverged",
                ],
                [
                    .. from target in targets
                    from rung in target.Rungs
                    let above = rung.Measure.AboveBest
                    select (ImmutableArray<object?>)
                        [
                            target.Target,
                            rung.Name,
                            rung.Words,
                            rung.LearningRate,
                            rung.Outcome.Estimate?.Value,
                            rung.Outcome.Estimate?.Low,
                            rung.Outcome.Estimate?.High,
                            above?.Value,
                            above?.Low,
                            above?.High,
                            rung.Measure.TrainedParameters,
                            (double)rung.Cost,
                            rung.CostShare,
                            (long)rung.Outcome.Diverged,
                        ],
                ]
            ),
            new(
                "fine_tuning_depth-trainings",
                $"Every training of the ladder, with the 95 % bootstrap interval of its {Names(targets)} over test images",
                [
                    "target",
                    "rung",
                    "seed",
                    "diverged",
                    $"test {Names(targets)}",
                    "low",
                    "high",
                    $"mean training {TrainingNames(targets)}",
                ],
                [
                    .. from target in targets
                    from rung in target.Rungs
                    from one in rung.Outcome.Trainings.Zip(rung.Seeds)
                    select (ImmutableArray<object?>)
                        [
                            target.Target,
                            rung.Name,
                            (long)one.Second,
                            one.First.Diverged,
                            one.First.Score,
                            one.First.Low,
                            one.First.High,
                            one.First.MeanTrainScore,
                        ],
                ]
            ),
        ];

    private static string Names(ImmutableArray<DepthTarget> targets) =>
        Metric.Names(targets.Select(target => target.Metric));

    private static string TrainingNames(ImmutableArray<DepthTarget> targets) =>
        Metric.Names(targets.Select(target => target.Rungs[0].Outcome.CurveMetric));

    private static Line Point(DepthRung rung, int group)
    {
        var (estimate, scale) = (rung.Outcome.Estimate!, rung.Outcome.Metric.Scale);
        return new(
            rung.Words,
            group,
            [100 * rung.CostShare],
            [scale * estimate.Value],
            [scale * estimate.Low],
            [scale * estimate.High]
        );
    }
}
