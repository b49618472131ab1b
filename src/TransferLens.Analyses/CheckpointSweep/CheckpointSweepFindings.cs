using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.CheckpointSweep;

/// <summary>Words for <see cref="CheckpointChoice"/>: how much pretraining is enough.</summary>
internal static class CheckpointSweepFindings
{
    /// <summary>The answer for each target, where pretraining, if it learned anything, entered its final basin, and what diverged.</summary>
    public static ImmutableArray<Finding> Of(SweepResult result) =>
        [
            .. result.Targets.SelectMany(target => Finding.On(target.Target, Answer(target, result))),
            .. Basin(result),
            .. result.Targets.SelectMany(target => Finding.On(target.Target, Diverged(target, result))),
        ];

    // Where the first checkpoint is no worse already, no difference was seen at all, and few seeds can see none.
    private static Finding? Answer(SweepTarget target, SweepResult result)
    {
        var (source, saved, unit) = (result.Source, result.Saved(target), result.Unit);
        if (target.Earliest is not { } earliest || source.Length < 2)
        {
            return null;
        }

        var (last, found) = (target.Checkpoints[^1].Estimate!, target.Checkpoints[earliest].Estimate!);
        var (epoch, end) = (source[earliest].Epoch, source[^1].Epoch);
        var (sentence, advice) =
            earliest == source.Length - 1 && !target.LastIsBest
                ? (
                    $"On {target.Target} no earlier {(result.Measured ? "epoch of the pretraining" : "file of P")} was seen to be as good to fine-tune from as the last, {end}{Best(target, result, last)}, which the test images alone may make.",
                    "Start from the last; more test images or seeds would show whether an earlier one is enough."
                )
            : earliest == source.Length - 1
                ? (
                    $"On {target.Target} fine-tuning from the last {(result.Measured ? "epoch of the pretraining" : "file of P")}, {end}, is better than from every earlier one that was measured{Best(target, result, last)}.",
                    result.Measured
                        ? "Pretrain longer, or measure later epochs: the gain was still growing."
                        : "Measure later checkpoints, if there are any: the gain was still growing."
                )
            : (
                $"On {target.Target} the earliest checkpoint that is no worse than the last is {unit} {epoch} {result.OfAll}: fine-tuning ends at {target.Metric.Number(found.Value)} from it and at {target.Metric.Number(last.Value)} from the last, no further apart than their uncertainty{Exceptions(target, result, earliest, last)}{Saving(saved)}.",
                earliest == 0 && epoch == 0 && source[0].Score is not null
                    ? "Epoch 0 is untrained: this pretraining was not seen to help here at all."
                : result.Measured
                    ? $"As far as these trainings show, this pretraining may stop at epoch {epoch} for {target.Target}."
                : $"As far as these trainings show, the checkpoint in file {epoch} of P is enough for {target.Target}."
            );
        return new(
            "checkpoint_sweep",
            sentence,
            OutcomeGroup.Confidence(
                earliest > 0 && (earliest < source.Length - 1 || target.LastIsBest),
                target.Checkpoints[earliest],
                target.Checkpoints[^1],
                target.Checkpoints[Math.Max(0, earliest - 1)]
            ),
            [
                .. Shown(target, earliest)
                    .Select(i =>
                        target
                            .Checkpoints[i]
                            .Estimate!.Evidence(
                                $"{target.Run} test {target.Metric.Name} from {unit} {source[i].Epoch}",
                                target.Metric.ScoreKey
                            )
                    ),
                .. Shown(target, earliest)
                    .Where(i => source[i].Score is not null)
                    .Select(i =>
                        source[i]
                            .Score!.Evidence(
                                $"P test {source[i].Metric.Name} on the source, epoch {source[i].Epoch}",
                                source[i].Metric.ScoreKey
                            )
                    ),
                .. saved is null
                    ? []
                    : new[]
                    {
                        new Evidence(
                            "share of the pretraining that starting there would have saved",
                            100 * saved.Share,
                            null,
                            null,
                            "%"
                        ),
                    },
            ],
            advice
        )
        {
            Question = Question.Checkpoint,
        };
    }

    private static string Saving(SweepSavings? saved) =>
        saved is null
            ? ""
            : $"; starting there would have saved {100 * saved.Share:0} % of the pretraining, {saved.Epochs} of {saved.OfEpochs} epochs and {saved.Epochs * saved.ImagesAnEpoch:N0} of {saved.OfEpochs * saved.ImagesAnEpoch:N0} images passed";

    // The answer beside the last; where the last itself is the answer, the best of the others beside it.
    private static IEnumerable<int> Shown(SweepTarget target, int earliest)
    {
        var last = target.Checkpoints.Length - 1;
        var other =
            earliest < last
                ? earliest
                : Enumerable
                    .Range(0, last)
                    .Where(i => target.Checkpoints[i].Estimate is not null)
                    .DefaultIfEmpty(last)
                    .MaxBy(i => target.Checkpoints[i].Estimate!.Value);
        return new[] { other, last }.Distinct();
    }

    private static string Best(SweepTarget target, SweepResult result, Estimate last) =>
        target
            .Checkpoints[..^1]
            .Select((checkpoint, i) => (checkpoint.Estimate, result.Source[i].Epoch))
            .Where(one => one.Estimate is not null)
            .MaxBy(one => one.Estimate!.Value)
            is ({ } best, var epoch)
            ? $"; the best of them, {result.Unit} {epoch}, ends {target.Metric.Difference(last.Value - best.Value)} below"
            : "";

    private static string Exceptions(SweepTarget target, SweepResult result, int earliest, Estimate last)
    {
        var source = result.Source;
        var worse = Enumerable
            .Range(earliest, source.Length - earliest)
            .Where(i => !CheckpointChoice.IsNoWorse(target.Checkpoints[i].Estimate, last))
            .Select(i => source[i].Epoch)
            .ToList();
        return worse.Count == 0
            ? ""
            : $"; from {result.Unit} {string.Join(" and ", worse)}, which is later, it is worse all the same";
    }

    private static IEnumerable<Finding> Basin(SweepResult result)
    {
        var (source, end, metric) = (result.Source, result.Source[^1].Epoch, result.SourceMetric);
        if (source[^1] is { Learned: false, Score: { } poor })
        {
            yield return new(
                "checkpoint_sweep",
                $"The pretraining was not seen to learn anything: P {metric.Reaches} {metric.Number(poor.Value)}{(metric.CountsCorrectImages ? " of" : " on")} its own test images, which is not {metric.BeyondChance}, so nothing can be said of where it entered its final basin.",
                Confidence.Low,
                [
                    poor.Evidence($"P test {metric.Name} on the source, epoch {end}", metric.ScoreKey),
                    new(metric.ChanceName, source[^1].Chance, null, null, metric.ScoreKey),
                ]
            );
        }

        if (source.Length < 2 || result.Basin is not { } entered)
        {
            yield break;
        }

        var again = Enumerable
            .Range(entered, source.Length - entered)
            .Where(i => source[i].Barrier.IsPositive)
            .Select(i => source[i].Epoch)
            .ToList();
        var sentence =
            entered < source.Length - 1
                ? $"Pretraining was in its final basin by epoch {source[entered].Epoch}, as far as straight lines show: on the source no barrier was seen from there to the last epoch, {end} ({metric.Difference(source[entered].Barrier.Value)}, and up to {metric.Plain(source[entered].Barrier.High)} would not show on these test images)"
                    + (
                        again.Count == 0
                            ? "."
                            : $", though one is seen from epoch {string.Join(" and ", again)}, which is later."
                    )
                : $"Pretraining entered its final basin after epoch {source[^2].Epoch}, as far as straight lines show: on the source a barrier of {metric.Difference(source[^2].Barrier.Value)} lies between that epoch and the last, {end}.";
        yield return new(
            "checkpoint_sweep",
            sentence,
            Confidence.Low,
            [
                .. new[] { entered - 1, entered, source.Length - 2 }
                    .Where(i => i >= 0 && i < source.Length - 1)
                    .Distinct()
                    .Order()
                    .Select(i =>
                        source[i]
                            .Barrier.Evidence(
                                $"barrier from epoch {source[i].Epoch} to epoch {end}, 95 % bootstrap interval over test images",
                                metric.DifferenceUnit
                            )
                    ),
            ]
        );
    }

    private static Finding? Diverged(SweepTarget target, SweepResult result)
    {
        var diverged = target.Trainings.Where(one => one.Outcome.Diverged).ToList();
        return diverged.Count == 0
            ? null
            : new(
                "checkpoint_sweep",
                $"{diverged.Count} of {target.Trainings.Length} fine-tunings on {target.Target} diverged and count in no mean: from {result.Unit} {string.Join(", ", diverged.Select(one => one.Epoch).Distinct())}.",
                Confidence.High,
                [new("diverged trainings", diverged.Count, null, null, "")],
                $"Lower the learning rate {target.LearningRate}, or add warm-up epochs."
            );
    }
}
