using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using Words = TransferLens.Analyses.CheckpointSweep.SweepWords.Caption;

namespace TransferLens.Analyses.CheckpointSweep;

/// <summary>The tables of the sweep.</summary>
internal static class CheckpointSweepTables
{
    /// <summary>One table with a row for each target and checkpoint, and one with a row for every run.</summary>
    public static ImmutableArray<Table> Create(SweepResult result)
    {
        var scores = Metric.Names(result.Targets.Select(target => target.Metric));
        var trainScores = Metric.Names(result.Targets.Select(target => target.CurveMetric));
        return
        [
            Checkpoints(result, scores, trainScores),
            Runs(result, scores, trainScores),
            .. result.Targets.Any(target => !target.Instabilities.IsEmpty)
                ? [Instability(result)]
                : Array.Empty<Table>(),
        ];
    }

    private static Table Instability(SweepResult result) =>
        new Table(
            "checkpoint_sweep-instability",
            Words.Instability,
            ["target", SweepWords.Unit(result.Measured), "barrier", "low", "high", "learned", "diverged"],
            [
                .. from target in result.Targets
                from one in target.Instabilities
                select (ImmutableArray<object?>)
                    [
                        target.Target,
                        (long)one.Epoch,
                        one.Barrier.Value,
                        one.Barrier.Low,
                        one.Barrier.High,
                        one.Learned,
                        one.Diverged,
                    ],
            ]
        ).Percent(result.Targets.Select(target => target.Metric), [], ["barrier"]);

    private static Table Checkpoints(SweepResult result, string scores, string trainScores)
    {
        var (unit, measured) = (SweepWords.Unit(result.Measured), result.Measured);
        var metrics = result.Targets.Select(target => target.Metric).Concat(measured ? [result.SourceMetric] : []);
        return new Table(
            "checkpoint_sweep",
            Words.Table(Metric.Plurals(metrics), measured),
            [
                "target",
                unit,
                $"source {result.SourceMetric.Name}",
                $"barrier to the last {unit}",
                "barrier, low",
                "barrier, high",
                $"test {scores}",
                "low",
                "high",
                "against the last",
                "against, low",
                "against, high",
                $"mean training {trainScores}",
                "diverged",
            ],
            [
                .. from target in result.Targets
                from i in Enumerable.Range(0, target.Checkpoints.Length)
                select Row(target, i, result.Source[i], measured),
            ]
        ).Percent(
            metrics,
            [$"source {result.SourceMetric.Name}", $"test {scores}", $"mean training {trainScores}"],
            [$"barrier to the last {unit}", "against the last"]
        );
    }

    private static ImmutableArray<object?> Row(SweepTarget target, int i, SweepSource source, bool measured)
    {
        var outcomes = target.Checkpoints[i];
        var score = outcomes.MeanScore?.Drawn();
        var against = i < target.Checkpoints.Length - 1 ? target.Answer?.AgainstLast[i]?.Drawn() : null;
        return
        [
            target.Target,
            (long)source.Epoch,
            source.Score?.Value,
            measured ? source.Barrier.Value : null,
            measured ? source.Barrier.Low : null,
            measured ? source.Barrier.High : null,
            score?.Value,
            score?.Low,
            score?.High,
            against?.Value,
            against?.Low,
            against?.High,
            outcomes.MeanTrainScore?.Mean,
            (long)outcomes.Diverged,
        ];
    }

    private static Table Runs(SweepResult result, string scores, string trainScores) =>
        new Table(
            "checkpoint_sweep-runs",
            Words.Runs,
            [
                "target",
                SweepWords.Unit(result.Measured),
                "seed",
                "diverged",
                $"test {scores}",
                "low",
                "high",
                $"mean training {trainScores}",
            ],
            [
                .. from target in result.Targets
                from run in target.Runs
                select (ImmutableArray<object?>)
                    [
                        target.Target,
                        (long)run.Epoch,
                        (long)run.Seed,
                        run.Outcome.Diverged,
                        run.Outcome.Score,
                        run.Outcome.Low,
                        run.Outcome.High,
                        run.Outcome.MeanTrainScore,
                    ],
            ]
        ).Percent(result.Targets.Select(target => target.Metric), [$"test {scores}", $"mean training {trainScores}"]);
}
