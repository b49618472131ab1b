using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.CheckpointSweep;

/// <summary>The figures and tables of <see cref="CheckpointChoice"/>.</summary>
internal static class CheckpointSweepFigure
{
    /// <summary>One figure a target, and one of the barriers on the source.</summary>
    public static ImmutableArray<Figure> Of(SweepResult result) =>
        [
            .. result.Targets.Select(target => new LineChart(
                $"checkpoint_sweep-{target.Target}",
                $"Fine-tuning on {target.Target} from {Checkpoints(result)}; bands show the range over seeds, or the 95 % bootstrap interval of a single training.",
                $"Final test {target.Metric.InFigures} over the {result.Unit}: "
                    + string.Join(
                        "; ",
                        target.Checkpoints.Select(
                            (checkpoint, i) =>
                                $"{result.Source[i].Epoch}: {(checkpoint.Score is { } score ? target.Metric.Number(score.Mean) : "diverged")}"
                        )
                    )
                    + (
                        result.Measured
                            ? "."
                            : ". What P does on its source, and where it entered its final basin, was not measured: P comes from files."
                    ),
                [
                    new(
                        $"Final test {target.Metric.Name}",
                        Axis(result),
                        target.Metric.Axis("test "),
                        [
                            Line(
                                $"{target.Run} on {target.Target}",
                                0,
                                result,
                                target.Metric,
                                target.Checkpoints.Select(checkpoint => checkpoint.Estimate)
                            ),
                            .. result.Measured && result.SourceMetric == target.Metric
                                ?
                                [
                                    Line(
                                        "P on the source (shaded)",
                                        1,
                                        result,
                                        result.SourceMetric,
                                        result.Source.Select(source => source.Score)
                                    ) with
                                    {
                                        Shaded = true,
                                    },
                                ]
                                : Array.Empty<Line>(),
                        ]
                    ),
                    new(
                        "Speed of optimization",
                        Axis(result),
                        target.CurveMetric.Axis("training ", ", mean over all epochs"),
                        [
                            Line(
                                $"{target.Run} on {target.Target}",
                                0,
                                result,
                                target.CurveMetric,
                                target.Checkpoints.Select(checkpoint =>
                                    checkpoint.MeanTrainScore is { } spread
                                        ? new Estimate(spread.Mean, spread.Low, spread.High)
                                        : null
                                )
                            ),
                        ]
                    ),
                ]
            )),
            .. result.Measured ? [Barriers(result)] : Array.Empty<Figure>(),
        ];

    private static string Checkpoints(SweepResult result) =>
        result.Measured ? "epochs of the pretraining" : "the checkpoint files of P";

    private static string Axis(SweepResult result) =>
        result.Measured ? "epoch of the pretraining" : "checkpoint file of P, counted from 0";

    private static LineChart Barriers(SweepResult result) =>
        new(
            "checkpoint_sweep-barrier",
            "Barrier between epochs of the pretraining and its last one, on the source test images; the band shows the 95 % bootstrap interval over them.",
            $"Barrier in {result.SourceMetric.AmountUnit} over the epoch: "
                + string.Join(
                    "; ",
                    result.Source.Select(source => $"{source.Epoch}: {result.SourceMetric.Plain(source.Barrier.Value)}")
                )
                + ".",
            [
                new(
                    "Barrier to the last epoch",
                    "epoch of the pretraining",
                    $"barrier ({result.SourceMetric.AmountUnit})",
                    [
                        Line("barrier", 0, result, result.SourceMetric, result.Source.Select(source => source.Barrier)),
                        Line(
                            "what the test images leave uncertain",
                            1,
                            result,
                            result.SourceMetric,
                            result.Source.Select(source => new Estimate(source.Noise, source.Noise, source.Noise))
                        ),
                    ]
                ),
            ]
        );

    /// <summary>One row for each target and checkpoint, and one for every training.</summary>
    public static ImmutableArray<Table> Tables(SweepResult result) =>
        [
            new(
                "checkpoint_sweep",
                $"Fine-tuning from {Checkpoints(result)}; {Metric.Plurals(Metrics(result))} are fractions{(result.Measured ? "" : "; accuracy on the source and barriers were not measured, since P comes from files")}",
                [
                    "target",
                    result.Unit,
                    $"source {result.SourceMetric.Name}",
                    $"barrier to the last {result.Unit}",
                    "barrier, low",
                    "barrier, high",
                    $"test {Names(result)}",
                    "low",
                    "high",
                    $"mean training {TrainingNames(result)}",
                    "diverged",
                ],
                [
                    .. from target in result.Targets
                    from one in target.Checkpoints.Zip(result.Source)
                    select (ImmutableArray<object?>)
                        [
                            target.Target,
                            (long)one.Second.Epoch,
                            one.Second.Score?.Value,
                            result.Measured ? one.Second.Barrier.Value : null,
                            result.Measured ? one.Second.Barrier.Low : null,
                            result.Measured ? one.Second.Barrier.High : null,
                            one.First.Estimate?.Value,
                            one.First.Estimate?.Low,
                            one.First.Estimate?.High,
                            one.First.MeanTrainScore?.Mean,
                            (long)one.First.Diverged,
                        ],
                ]
            ),
            new(
                "checkpoint_sweep-trainings",
                "Every fine-tuning of the sweep",
                [
                    "target",
                    result.Unit,
                    "seed",
                    "diverged",
                    $"test {Names(result)}",
                    "low",
                    "high",
                    $"mean training {TrainingNames(result)}",
                ],
                [
                    .. from target in result.Targets
                    from one in target.Trainings
                    select (ImmutableArray<object?>)
                        [
                            target.Target,
                            (long)one.Epoch,
                            (long)one.Seed,
                            one.Outcome.Diverged,
                            one.Outcome.Score,
                            one.Outcome.Low,
                            one.Outcome.High,
                            one.Outcome.MeanTrainScore,
                        ],
                ]
            ),
        ];

    private static IEnumerable<Metric> Metrics(SweepResult result) =>
        result.Targets.Select(target => target.Metric).Concat(result.Measured ? [result.SourceMetric] : []);

    private static string TrainingNames(SweepResult result) =>
        Metric.Names(result.Targets.Select(target => target.CurveMetric));

    private static string Names(SweepResult result) => Metric.Names(result.Targets.Select(target => target.Metric));

    private static Line Line(
        string label,
        int group,
        SweepResult result,
        Metric metric,
        IEnumerable<Estimate?> estimates
    )
    {
        var values = estimates.ToList();
        return new(
            label,
            group,
            [.. result.Source.Select(source => (double)source.Epoch)],
            Values(value => value.Value),
            Values(value => value.Low),
            Values(value => value.High)
        );

        ImmutableArray<double> Values(Func<Estimate, double> of) =>
            [.. values.Select(value => value is null ? double.NaN : metric.Scale * of(value))];
    }
}
