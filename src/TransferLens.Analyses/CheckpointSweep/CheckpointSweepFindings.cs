using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using Decision = TransferLens.Studies.Findings.Decision;

namespace TransferLens.Analyses.CheckpointSweep;

/// <summary>Decides what the sweep supports: how much pretraining is enough.</summary>
internal static class CheckpointSweepFindings
{
    /// <summary>
    /// The answer for each target, when pretraining entered its final basin if it learned anything, from when on
    /// fine-tuning is stable if that was measured, and what diverged.
    /// </summary>
    public static ImmutableArray<Finding> Find(SweepResult result) =>
        [
            .. result.Targets.SelectMany(target => Finding.On(target.Target, Answer(target, result))),
            .. Basin(result),
            .. result.Targets.SelectMany(target => Finding.On(target.Target, Instability(target, result))),
            .. result.Targets.SelectMany(target => Finding.On(target.Target, Diverged(target, result))),
        ];

    private static Finding? Answer(SweepTarget target, SweepResult result)
    {
        if (target.Answer is not { AgainstLast.IsEmpty: false } answer)
        {
            return null;
        }

        var (text, decision) = answer switch
        {
            { IsConfirmed: true } => (Enough(target, result, answer), answer.Tested.DecideNoWorse(answer.Margin)),
            { IsLastBest: true } => (LastIsBest(target, result, answer), DecideAll(answer)),
            { IsEarlier: true } => (NotConfirmed(target, result, answer), answer.Tested.DecideNoWorse(answer.Margin)),
            _ => (NoneShown(target, result, answer), DecideNoneShown(target, answer.Validation ?? answer)),
        };
        string?[] details = [text.Detail, Images(target, answer), Better(target, result, answer)];
        return new("checkpoint_sweep", text.Headline, decision, [.. Evidence(target, result, answer)], text.Action)
        {
            Detail = Join(details),
            Question = Question.Checkpoint,
            Answer = Short(result, answer),
        };
    }

    private static string Short(SweepResult result, CheckpointAnswer answer)
    {
        var (at, end) = (result.Source[answer.Earliest].Epoch, result.Source[^1].Epoch);
        return answer switch
        {
            { IsConfirmed: true } => SweepWords.Answer.Suffices(result.Measured, at, end),
            { IsLastBest: true } => SweepWords.Answer.OnlyLast(result.Measured, end),
            { IsEarlier: true } => SweepWords.Answer.Unconfirmed(result.Measured, at),
            _ => SweepWords.Answer.NoneBeforeLast,
        };
    }

    // The sentence is that each of them is worse, so the least certain one decides.
    private static Decision DecideAll(CheckpointAnswer answer)
    {
        var decisions = answer.AgainstLast.OfType<Effect>().Select(effect => effect.Decide()).ToList();
        return new(decisions.Max(one => one.P), decisions.Min(one => one.Runs))
        {
            CoversSeeds = decisions.TrueForAll(one => one.CoversSeeds),
        };
    }

    // Where all runs from the checkpoint before the last diverged, nothing was tested.
    private static Decision DecideNoneShown(SweepTarget target, CheckpointAnswer answer) =>
        answer.Tested is { IsEmpty: false } tested
            ? tested.DecideNoWorse(answer.Margin)
            : new(1, target.Checkpoints[^1].Samples.Count());

    private static string? Images(SweepTarget target, CheckpointAnswer answer) =>
        answer.Validation is null
            ? null
            : SweepWords.Answer.ChosenOnValidation(
                target.Runs.First(run => run.Validation is not null).Validation!.Images
            );

    // Validation images chose the checkpoint, and the test images leave open whether it is no worse.
    private static FindingText NotConfirmed(SweepTarget target, SweepResult result, CheckpointAnswer answer)
    {
        var (source, effect) = (result.Source, answer.AgainstLast[answer.Earliest]!);
        return new(
            SweepWords.Answer.NotConfirmed(
                target.Target,
                target.Metric,
                result.Measured,
                source[answer.Earliest].Epoch,
                (Mean(target, answer.Earliest), Mean(target, source.Length - 1))
            ),
            SweepWords.Answer.Open(
                target.Metric,
                result.Measured,
                source[answer.Earliest].Epoch,
                effect,
                answer.Margin
            ),
            SweepWords.Answer.AddTestImages(result.Measured)
        );
    }

    private static FindingText Enough(SweepTarget target, SweepResult result, CheckpointAnswer answer)
    {
        var (source, epochs, earliest) = (result.Source, result.Measured, answer.Earliest);
        var (at, effect) = (source[earliest].Epoch, answer.AgainstLast[earliest]!);
        var isUntrained = earliest == 0 && at == 0 && source[0].Score is not null;
        string?[] details =
        [
            MarginWords.LosesAtMost(target.Metric, Math.Max(0, -effect.LowerEnd()), EffectWords.Covered(effect)),
            result.Saved(target) is { Epochs: > 0 } saved ? SweepWords.Answer.Saves(saved) : null,
        ];
        return new(
            SweepWords.Answer.Enough(
                target.Target,
                target.Metric,
                epochs,
                (at, source[^1].Epoch),
                (Mean(target, earliest), Mean(target, source.Length - 1)),
                answer.Margin
            ),
            Join(details),
            (isUntrained, epochs) switch
            {
                (true, _) => SweepWords.Answer.Untrained,
                (_, true) => SweepWords.Answer.StopAt(at, target.Target),
                _ => SweepWords.Answer.UseFile(at, target.Target),
            }
        );
    }

    private static FindingText LastIsBest(SweepTarget target, SweepResult result, CheckpointAnswer answer)
    {
        var (epochs, end) = (result.Measured, result.Source.Length - 1);
        var other = BestOther(target)!.Value;
        return new(
            SweepWords.Answer.LastIsBest(
                target.Target,
                target.Metric,
                epochs,
                (result.Source[other].Epoch, result.Source[end].Epoch),
                (Mean(target, other), Mean(target, end))
            ),
            SweepWords.Answer.Loses(target.Metric, epochs, result.Source[other].Epoch, answer.AgainstLast[other]!),
            epochs ? SweepWords.Answer.PretrainLonger : SweepWords.Answer.MeasureLater
        );
    }

    private static FindingText NoneShown(SweepTarget target, SweepResult result, CheckpointAnswer given)
    {
        var (answer, onValidation) = (given.Validation ?? given, given.Validation is not null);
        var (epochs, next) = (result.Measured, result.Source[^2].Epoch);
        return new(
            SweepWords.Answer.NoneShown(target.Target, target.Metric, epochs, answer.Margin, answer.SmallestMargin),
            answer.AgainstLast[^1] is { } effect
                ? SweepWords.Answer.Open(target.Metric, epochs, next, effect, answer.Margin, onValidation)
                : SweepWords.Answer.AllDiverged(epochs, next),
            SweepWords.Answer.StartFromLast(epochs, next, answer.AgainstLast[^1], answer.Margin, onValidation)
        );
    }

    private static string? Better(SweepTarget target, SweepResult result, CheckpointAnswer answer) =>
        answer.Better is [var best, ..]
            ? SweepWords.Answer.Better(
                target.Metric,
                result.Measured,
                result.Source[best].Epoch,
                answer.AgainstLast[best]!
            )
            : null;

    private static double Mean(SweepTarget target, int checkpoint) => target.Checkpoints[checkpoint].MeanScore!.Value;

    // The best checkpoint before the last; null when all of them diverged.
    private static int? BestOther(SweepTarget target) =>
        Enumerable
            .Range(0, target.Checkpoints.Length - 1)
            .Where(i => target.Checkpoints[i].MeanScore is not null)
            .Select(i => (int?)i)
            .MaxBy(i => target.Checkpoints[i!.Value].MeanScore!.Value);

    private static IEnumerable<Evidence> Evidence(SweepTarget target, SweepResult result, CheckpointAnswer answer)
    {
        var (source, last) = (result.Source, target.Checkpoints.Length - 1);
        // The answer and the last checkpoint; where the last is the answer, the best of the others and the last.
        var first = answer.Earliest < last ? answer.Earliest : BestOther(target) ?? last;
        int[] shown = [.. new[] { first, last }.Distinct()];
        int[] compared = [.. new[] { first, last - 1 }.Concat(answer.Better.Take(1)).Distinct()];
        foreach (var i in compared.Where(i => i < last && answer.AgainstLast[i] is not null))
        {
            yield return answer.AgainstLast[i]!.Evidence(
                SweepWords.Answer.Difference(result.Measured, source[i].Epoch, source[last].Epoch),
                target.Metric.DifferenceUnit
            );
        }

        foreach (var i in shown)
        {
            yield return target
                .Checkpoints[i]
                .MeanScore!.Evidence(
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

        if (result.Saved(target) is { Epochs: > 0 } saved)
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
        var end = source[^1].Epoch;
        var (sentence, p) = Judge(result, entered);
        return new(
            "checkpoint_sweep",
            sentence,
            BasinTest.Decide(p),
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
            Detail = SweepWords.Basin.Limits(metric, result.Margin),
        };
    }

    // A walk that reached an epoch states something of every barrier on its way, so the least certain one decides.
    private static (string Sentence, double P) Judge(SweepResult result, int entered)
    {
        var (source, metric, margin) = (result.Source, result.SourceMetric, result.Margin);
        var (end, next) = (source[^1].Epoch, source[^2]);
        if (entered < source.Length - 1)
        {
            return (
                SweepWords.Basin.By(metric, source[entered].Epoch, end, source[entered].Barrier),
                source[entered..^1].Max(checkpoint => BasinTest.PWithin(checkpoint.Barrier, margin))
            );
        }

        return BasinTest.IsBeyond(next.Barrier, margin)
            ? (SweepWords.Basin.After(metric, next.Epoch, end, next.Barrier), BasinTest.PBeyond(next.Barrier, margin))
            : (SweepWords.Basin.Open(metric, next.Epoch, end, next.Barrier), BasinTest.PWithin(next.Barrier, margin));
    }

    private static Finding? Instability(SweepTarget target, SweepResult result)
    {
        if (target.Instabilities.IsEmpty)
        {
            return null;
        }

        var (metric, epochs, last) = (target.Metric, result.Measured, target.Instabilities[^1]);
        if (!last.Counts)
        {
            return new(
                "checkpoint_sweep",
                SweepWords.Instability.NotJudged(target.Target, epochs, last.Epoch),
                Confidence.Low,
                [Evidence(last)]
            );
        }

        var (sentence, p, action) = Judge();
        return new("checkpoint_sweep", sentence, BasinTest.Decide(p), [.. Shown().Select(Evidence)], action)
        {
            Detail = SweepWords.Instability.Limits,
        };

        (string Sentence, double P, string? Action) Judge()
        {
            if (target.StableFrom is { } stable)
            {
                var (from, on) = (target.Instabilities[stable].Epoch, target.Instabilities.Skip(stable).ToList());
                return (
                    SweepWords.Instability.Stable(target.Target, metric, epochs, from, on.Max(one => one.Barrier.High)),
                    on.Max(one => BasinTest.PWithin(one.Barrier, target.Margin)),
                    SweepWords.Instability.MayAverage(epochs, from)
                );
            }

            return BasinTest.IsBeyond(last.Barrier, target.Margin)
                ? (
                    SweepWords.Instability.Unstable(target.Target, metric, epochs, last.Epoch, last.Barrier),
                    BasinTest.PBeyond(last.Barrier, target.Margin),
                    null
                )
                : (
                    SweepWords.Instability.Open(target.Target, metric, epochs, last.Epoch, last.Barrier),
                    BasinTest.PWithin(last.Barrier, target.Margin),
                    null
                );
        }

        // The first stable checkpoint, the one before it, and the last.
        IEnumerable<SweepInstability> Shown()
        {
            var first = target.StableFrom ?? target.Instabilities.Length - 1;
            return new[] { first - 1, first, target.Instabilities.Length - 1 }
                .Where(i => i >= 0)
                .Distinct()
                .Select(i => target.Instabilities[i]);
        }

        Evidence Evidence(SweepInstability one) =>
            one.Barrier.Evidence(SweepWords.Instability.Barrier(epochs, one.Epoch), metric.DifferenceUnit);
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
