using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.CheckpointSweep;

/// <summary>Decides what the sweep supports: how much pretraining is enough.</summary>
internal static class CheckpointSweepFindings
{
    /// <summary>
    /// The answer for each target, when pretraining entered its final basin if it learned anything, and what diverged.
    /// </summary>
    public static ImmutableArray<Finding> Find(SweepResult result) =>
        [
            .. result.Targets.SelectMany(target => Finding.On(target.Target, Answer(target, result))),
            .. Basin(result),
            .. result.Targets.SelectMany(target => Finding.On(target.Target, Diverged(target, result))),
        ];

    // If even the first checkpoint is no worse, no difference was detected at all, and few seeds can detect none.
    private static Finding? Answer(SweepTarget target, SweepResult result)
    {
        if (target.Earliest is not { } earliest || result.Source.Length < 2)
        {
            return null;
        }

        var end = result.Source.Length - 1;
        var (sentence, detail, advice) = earliest < end ? Enough(target, result, earliest) : OnlyLast(target, result);
        return new(
            "checkpoint_sweep",
            sentence,
            OutcomeGroup.Confidence(
                earliest > 0 && (earliest < end || target.LastIsBest),
                target.Checkpoints[earliest],
                target.Checkpoints[^1],
                target.Checkpoints[Math.Max(0, earliest - 1)]
            ),
            [.. Evidence(target, result, earliest)],
            advice
        )
        {
            Detail = detail,
            Question = Question.Checkpoint,
        };
    }

    private static (string Sentence, string? Detail, string Advice) Enough(
        SweepTarget target,
        SweepResult result,
        int earliest
    )
    {
        var (source, epochs) = (result.Source, result.Measured);
        var (at, last) = (source[earliest].Epoch, target.Checkpoints[^1].Estimate!);
        var found = target.Checkpoints[earliest].Estimate!;
        int[] worse =
        [
            .. Enumerable
                .Range(earliest, source.Length - earliest)
                .Where(i => !CheckpointChoice.IsNoWorse(target.Checkpoints[i].Estimate, last))
                .Select(i => source[i].Epoch),
        ];
        string?[] details =
        [
            result.Saved(target) is { } saved ? SweepWords.Answer.Saves(saved) : null,
            worse.Length > 0 ? SweepWords.Answer.Worse(epochs, worse) : null,
        ];
        var advice = epochs
            ? SweepWords.Answer.StopAt(at, target.Target)
            : SweepWords.Answer.UseFile(at, target.Target);
        return (
            SweepWords.Answer.Enough(
                target.Target,
                target.Metric,
                epochs,
                (at, source[^1].Epoch),
                (found.Value, last.Value)
            ),
            Join(details),
            earliest == 0 && at == 0 && source[0].Score is not null ? SweepWords.Answer.Untrained : advice
        );
    }

    private static (string Sentence, string? Detail, string Advice) OnlyLast(SweepTarget target, SweepResult result)
    {
        var (epochs, end) = (result.Measured, result.Source[^1].Epoch);
        var last = target.Checkpoints[^1].Estimate!.Value;
        var other = BestOther(target);
        var against = other is { } i
            ? SweepWords.Answer.AgainstBest(
                target.Metric,
                epochs,
                result.Source[i].Epoch,
                target.Checkpoints[i].Estimate!.Value
            )
            : ".";
        return target.LastIsBest
            ? (
                SweepWords.Answer.LastIsBest(target.Target, target.Metric, epochs, end, last) + against,
                null,
                epochs ? SweepWords.Answer.PretrainLonger : SweepWords.Answer.MeasureLater
            )
            : (
                SweepWords.Answer.NoneMatches(target.Target, target.Metric, epochs, end, last) + against,
                SweepWords.Answer.WithinTestImages,
                SweepWords.Answer.StartFromLast
            );
    }

    // The best checkpoint before the last; null when all of them diverged.
    private static int? BestOther(SweepTarget target) =>
        Enumerable
            .Range(0, target.Checkpoints.Length - 1)
            .Where(i => target.Checkpoints[i].Estimate is not null)
            .Select(i => (int?)i)
            .MaxBy(i => target.Checkpoints[i!.Value].Estimate!.Value);

    private static IEnumerable<Evidence> Evidence(SweepTarget target, SweepResult result, int earliest)
    {
        var (source, last) = (result.Source, target.Checkpoints.Length - 1);
        // The answer and the last checkpoint; where the last is the answer, the best of the others and the last.
        var first = earliest < last ? earliest : BestOther(target) ?? last;
        int[] shown = [.. new[] { first, last }.Distinct()];
        foreach (var i in shown)
        {
            yield return target
                .Checkpoints[i]
                .Estimate!.Evidence(
                    SweepWords.Answer.Score(target.Run, target.Metric, result.Measured, source[i].Epoch),
                    target.Metric.ScoreKey
                );
        }

        foreach (var checkpoint in shown.Select(i => source[i]).Where(checkpoint => checkpoint.Score is not null))
        {
            yield return checkpoint.Score!.Evidence(
                SweepWords.Answer.SourceScore(checkpoint.Metric, checkpoint.Epoch),
                checkpoint.Metric.ScoreKey
            );
        }

        if (result.Saved(target) is { } saved)
        {
            yield return new(SweepWords.Answer.ShareSaved, 100 * saved.Share, null, null, "%");
        }
    }

    private static IEnumerable<Finding> Basin(SweepResult result)
    {
        var last = result.Source[^1];
        if (last is { Learned: false, Score: { } score })
        {
            yield return NothingLearned(last, score, result);
        }

        if (result.Source.Length >= 2 && result.Basin is { } entered)
        {
            yield return Entered(result, entered);
        }
    }

    private static Finding NothingLearned(SweepSource last, Estimate score, SweepResult result)
    {
        var metric = result.SourceMetric;
        return new(
            "checkpoint_sweep",
            SweepWords.Basin.NothingLearned(metric, score.Value),
            Confidence.Low,
            [
                score.Evidence(SweepWords.Answer.SourceScore(metric, last.Epoch), metric.ScoreKey),
                new(metric.ChanceName, last.Chance, null, null, metric.ScoreKey),
            ]
        )
        {
            Detail = SweepWords.Basin.NoVerdict,
        };
    }

    private static Finding Entered(SweepResult result, int entered)
    {
        var (source, metric) = (result.Source, result.SourceMetric);
        var (end, early) = (source[^1].Epoch, entered < source.Length - 1);
        var barrier = early ? source[entered] : source[^2];
        int[] again = [.. source[entered..].Where(one => one.Barrier.IsPositive).Select(one => one.Epoch)];
        string?[] details =
        [
            SweepWords.Basin.Undetected(metric, barrier.Barrier.High),
            again.Length > 0 ? SweepWords.Basin.Again(again) : null,
        ];
        return new(
            "checkpoint_sweep",
            early
                ? SweepWords.Basin.By(metric, barrier.Epoch, end, barrier.Barrier)
                : SweepWords.Basin.After(metric, barrier.Epoch, end, barrier.Barrier),
            Confidence.Low,
            [
                .. new[] { entered - 1, entered, source.Length - 2 }
                    .Where(i => i >= 0 && i < source.Length - 1)
                    .Distinct()
                    .Order()
                    .Select(i =>
                        source[i]
                            .Barrier.Evidence(SweepWords.Basin.Barrier(source[i].Epoch, end), metric.DifferenceUnit)
                    ),
            ]
        )
        {
            Detail = early ? Join(details) : null,
        };
    }

    private static Finding? Diverged(SweepTarget target, SweepResult result)
    {
        var diverged = target.Runs.Where(run => run.Outcome.Diverged).ToList();
        return diverged.Count == 0
            ? null
            : new(
                "checkpoint_sweep",
                SweepWords.Diverged.Sentence(
                    diverged.Count,
                    target.Runs.Length,
                    target.Target,
                    result.Measured,
                    diverged.Select(run => run.Epoch).Distinct()
                ),
                Confidence.High,
                [new(SweepWords.Diverged.Evidence, diverged.Count, null, null, "")],
                SweepWords.Diverged.Advice(target.LearningRate)
            )
            {
                Detail = SweepWords.Diverged.Detail,
            };
    }

    private static string? Join(IEnumerable<string?> sentences) =>
        string.Join(" ", sentences.OfType<string>()) is { Length: > 0 } text ? text : null;
}
