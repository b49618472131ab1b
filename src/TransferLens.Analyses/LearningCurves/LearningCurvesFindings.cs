using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.LearningCurves;

/// <summary>Words for <see cref="LearningCurvesAnalysis"/>: does pretraining help here, and by how much.</summary>
internal static class LearningCurvesFindings
{
    /// <summary>One finding a target, and one for every group of trainings that diverged.</summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<CurveGroup> groups) =>
        [
            .. groups.GroupBy(group => group.Group.Target).SelectMany(target => Finding.On(target.Key, Gain(target))),
            .. groups
                .Where(group => group.Curves.Any(curve => curve.Diverged))
                .SelectMany(group => Finding.On(group.Group.Target, Diverged(group))),
        ];

    private static Finding? Gain(IGrouping<string, CurveGroup> target)
    {
        if (
            Best(target, Initialization.Pretrained) is not { Final: { } pretrained } first
            || Best(target, Initialization.Random) is not { Final: { } random } second
        )
        {
            return null;
        }

        var (metric, gain, confidence) = (
            first.Group.Metric,
            pretrained.Mean - random.Mean,
            Spread.Between(pretrained, random)
        );
        var apart = first.Range!.IsApartFrom(second.Range!);
        var sentence =
            !apart
                ? $"No difference was seen on {target.Key} between starting from P and starting from random weights: the means are {metric.Difference(Math.Abs(gain))} apart, within what {(pretrained.Count > 1 || random.Count > 1 ? "seeds and test images leave" : "the test images leave")} uncertain."
            : gain > 0
                ? $"Pretraining helps on {target.Key}: {first.Group.Label} ends {metric.Difference(gain)} above {second.Group.Label}."
            : $"Pretraining hurts on {target.Key}: {first.Group.Label} ends {metric.Difference(-gain)} below {second.Group.Label}.";
        return new(
            "learning_curves",
            sentence,
            confidence,
            [
                pretrained.Evidence($"{first.Group.Label} test {metric.Name}", metric.ScoreKey),
                random.Evidence($"{second.Group.Label} test {metric.Name}", metric.ScoreKey),
                Example(first),
                Example(second),
            ],
            !apart
                    ? $"Do not count on P for {target.Key}; more test images and seeds would show whether a small difference is there."
                : gain > 0 ? $"Start from P on {target.Key}."
                : $"Start from random weights on {target.Key}, or lower the learning rate of the fine-tuning."
        )
        {
            Question = Question.Gain,
        };
    }

    // With several learning rates each side speaks through its best; all are in the figure.
    private static CurveGroup? Best(IEnumerable<CurveGroup> groups, Initialization initialization) =>
        groups
            .Where(group => group.Group.Initialization == initialization && group.Final is not null)
            .MaxBy(group => group.Final!.Mean);

    private static Evidence Example(CurveGroup group)
    {
        var curve = group.Curves.First(curve => !curve.Diverged);
        return new(
            $"{curve.Run.Label} test {group.Group.Metric.Name}, 95 % bootstrap interval over test images",
            curve.Score,
            curve.Low,
            curve.High,
            group.Group.Metric.ScoreKey
        );
    }

    private static Finding Diverged(CurveGroup group)
    {
        var count = group.Curves.Count(curve => curve.Diverged);
        return new(
            "learning_curves",
            $"{count} of {group.Curves.Length} trainings of {group.Group.Label} on {group.Group.Target} diverged: the loss was no longer finite.",
            Confidence.High,
            [new("diverged trainings", count, null, null, "")],
            $"Lower the learning rate {group.Group.LearningRate}, or add warm-up epochs."
        );
    }
}
