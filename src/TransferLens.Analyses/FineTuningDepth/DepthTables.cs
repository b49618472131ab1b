using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>The tables of <see cref="DepthChoice"/>.</summary>
internal static class DepthTables
{
    /// <summary>One table with a row per rung, and one with a row per run.</summary>
    public static ImmutableArray<Table> Of(ImmutableArray<DepthTarget> targets) =>
        [
            new Table(
                "fine_tuning_depth",
                DepthWords.RungsTitle(Metric.Plurals(targets.Select(target => target.Metric))),
                [
                    "target",
                    "rung",
                    "trained",
                    "learning rate",
                    $"test {Names(targets)}",
                    "low",
                    "high",
                    "against the whole network",
                    "against, low",
                    "against, high",
                    "trained parameters",
                    "share of parameters",
                    "memory (bytes)",
                    "cost",
                    "share of the whole network's",
                    "diverged",
                ],
                [
                    .. from target in targets
                    from rung in target.Rungs
                    let score = rung.Outcome.MeanScore?.Drawn()
                    let against = target.AgainstWhole(rung)?.Drawn()
                    select (ImmutableArray<object?>)
                        [
                            target.Target,
                            rung.Name,
                            rung.Trained,
                            rung.LearningRate,
                            score?.Value,
                            score?.Low,
                            score?.High,
                            against?.Value,
                            against?.Low,
                            against?.High,
                            rung.Measure.TrainedParameters,
                            rung.TrainedShare,
                            rung.Measure.Memory,
                            (double)rung.Cost,
                            rung.CostShare,
                            (long)rung.Outcome.Diverged,
                        ],
                ]
            ).Percent(
                targets.Select(target => target.Metric),
                [$"test {Names(targets)}", "share of parameters", "share of the whole network's"],
                ["against the whole network"]
            ),
            new Table(
                "fine_tuning_depth-runs",
                DepthWords.RunsTitle(Names(targets)),
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
                    from one in rung.Outcome.Runs.Zip(rung.Seeds)
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
            ).Percent(
                targets.Select(target => target.Metric),
                [$"test {Names(targets)}", $"mean training {TrainingNames(targets)}"]
            ),
        ];

    private static string Names(ImmutableArray<DepthTarget> targets) =>
        Metric.Names(targets.Select(target => target.Metric));

    private static string TrainingNames(ImmutableArray<DepthTarget> targets) =>
        Metric.Names(targets.Select(target => target.Rungs[0].Outcome.CurveMetric));
}
