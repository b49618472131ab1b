using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.FeatureReuse;

/// <summary>Words for <see cref="ReuseMeasure"/>: what the gain of pretraining is made of.</summary>
internal static class FeatureReuseFindings
{
    /// <summary>For each target how the gain splits, whether the relative drop shrinks with the blocks, and what diverged.</summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<ReuseResult> targets) =>
        [.. targets.SelectMany(target => Finding.On(target.Target, Split(target), Drop(target), Diverged(target)))];

    private static Finding? Split(ReuseResult target)
    {
        if (target.Whole.Gain is not { } gain)
        {
            return null;
        }

        var (metric, points) = (target.Metric, target.Metric.Difference(gain.Value));
        if (!gain.IsPositive)
        {
            return New(
                gain.IsNegative
                    ? $"Pretraining does not help on whole images of {target.Place}: {target.Pretrained.Run} ends {metric.Difference(-gain.Value)} below {target.Random.Run}, so there is no gain to split into low-level statistics and feature reuse."
                    : $"No gain of pretraining was seen on whole images of {target.Place}: {target.Pretrained.Run} ends {metric.Difference(Math.Abs(gain.Value))} {(gain.Value < 0 ? "below" : "above")} {target.Random.Run}, within their uncertainty, so there is nothing to split into low-level statistics and feature reuse.",
                gain.IsNegative,
                null
            );
        }

        if (target.Split is not { } split)
        {
            return New(
                $"Pretraining gains {points} on whole images of {target.Place}; how much of it needs features was not measured.",
                true,
                target.Pixels is null
                    ? "Add 1 to block_sizes: what is left of the gain when single pixels are moved is due to low-level statistics."
                    : null
            );
        }

        var (left, reuse) = (split.LowLevel, split.Reuse);
        var moved = "when single pixels are moved";
        return (left.IsPositive, reuse.IsPositive) switch
        {
            (true, true) => New(
                $"Of the {points} that pretraining gains on {target.Place}, {metric.Plain(left.Value)} survive {moved}, which low-level statistics must bring, and {metric.Plain(reuse.Value)} do not: feature reuse.",
                true,
                Advice(target, split)
            ),
            (false, true) => New(
                $"The {points} that pretraining gains on {target.Place} need features: {moved}, {(left.IsNegative ? $"pretraining costs {metric.Difference(-left.Value)}" : $"no gain was seen ({metric.Difference(left.Value)}, within the uncertainty)")}.",
                true,
                Advice(target, split)
            ),
            (true, false) => New(
                reuse.IsNegative
                    ? $"Pretraining gains more on {target.Place} {moved} ({metric.Difference(left.Value)}) than on whole images ({metric.Plain(gain.Value)}): no part of the gain is seen to come from feature reuse, unlike what the paper finds for real and clipart."
                    : $"Feature reuse was not seen on {target.Place}: {moved}, pretraining gains {metric.Difference(left.Value)}, and on whole images {metric.Plain(gain.Value)}, no more beyond the uncertainty.",
                reuse.IsNegative,
                null
            ),
            (false, false) => New(
                $"How the {points} that pretraining gains on {target.Place} split was not seen: {metric.Plain(left.Value)} survive {moved} and {metric.Plain(reuse.Value)} do not, both within the uncertainty.",
                false,
                "More seeds or run_seeds would narrow the two parts."
            ),
        };

        Finding New(string sentence, bool sure, string? advice) =>
            new(
                "feature_reuse",
                sentence,
                Confidence(sure, target.Whole, target.Pixels),
                [
                    gain.Evidence("gain on whole images, P-T over RI-T", metric.DifferenceUnit),
                    .. target.Split is { } parts
                        ?
                        [
                            parts.LowLevel.Evidence("gain at b = 1: low-level statistics", metric.DifferenceUnit),
                            parts.Reuse.Evidence("the rest: feature reuse", metric.DifferenceUnit),
                        ]
                        : Enumerable.Empty<Evidence>(),
                    .. target.Pixels is { } pixels ? Speed(target, pixels) : [],
                ],
                advice
            )
            {
                Question = Question.Source,
            };
    }

    private static Finding? Drop(ReuseResult target)
    {
        var smallest = target.Blocks.First(block => block.Block != ReuseMeasure.AllValues);
        if (
            smallest == target.Whole
            || smallest.RelativeDrop is not { } small
            || target.Whole.RelativeDrop is not { } whole
        )
        {
            return null;
        }

        var (apart, way) = (
            small.IsApartFrom(whole),
            $"from {whole.Value:0} % on whole images to {small.Value:0} % at blocks of {smallest.Block}"
        );
        var sentence =
            !apart
                ? $"Whether the relative drop shrinks with the blocks was not seen on {target.Place}: it goes {way}, within the uncertainty; the paper finds that it shrinks for real and clipart."
            : small.Value < whole.Value
                ? $"The relative drop shrinks with the blocks on {target.Place}, {way}, as the paper finds for real and clipart."
            : $"The relative drop does not shrink with the blocks on {target.Place}: it grows {way}, as the paper finds for quickdraw, where trainings from random weights hardly learn on small blocks, and unlike real and clipart.";
        return new(
            "feature_reuse",
            sentence,
            Confidence(apart, target.Whole, smallest),
            [
                whole.Evidence("relative drop, whole images", "%"),
                small.Evidence($"relative drop, blocks of {smallest.Block}", "%"),
                smallest.Pretrained.Estimate!.Evidence(
                    $"{target.Pretrained.Run} test {target.Metric.Name}, blocks of {smallest.Block}",
                    target.Metric.ScoreKey
                ),
                smallest.Random.Estimate!.Evidence(
                    $"{target.Random.Run} test {target.Metric.Name}, blocks of {smallest.Block}",
                    target.Metric.ScoreKey
                ),
            ]
        );
    }

    private static Finding? Diverged(ReuseResult target)
    {
        var diverged = target.Trainings.Where(one => one.Outcome.Diverged).ToList();
        return diverged.Count == 0
            ? null
            : new(
                "feature_reuse",
                $"{diverged.Count} of {target.Trainings.Length} trainings on shuffled or whole images of {target.Place} diverged and count in no mean: {string.Join(", ", diverged.GroupBy(one => (one.Training.Run.Run, one.Training.Block)).Select(group => $"{group.Key.Run} at {group.Key.Block}"))}.",
                Studies.Findings.Confidence.High,
                [new("diverged trainings", diverged.Count, null, null, "")],
                "Lower the learning rate of the run, or add warm-up epochs."
            );
    }

    private static IEnumerable<Evidence> Speed(ReuseResult target, ReuseBlock pixels) =>
        from side in new[]
        {
            (target.Pretrained.Run, pixels.Pretrained.MeanTrainScore),
            (target.Random.Run, pixels.Random.MeanTrainScore),
        }
        where side.MeanTrainScore is not null
        select side.MeanTrainScore.Evidence(
            $"{side.Run} training {target.CurveMetric.Name} over all epochs at b = 1",
            target.CurveMetric.ScoreKey,
            "trainings"
        );

    private static string Advice(ReuseResult target, GainSplit split) =>
        split.LowLevelShare > 0.5
            ? "Try a cheaper pretraining first: most of the gain does not need the source's features."
            : $"Choose a source whose images share features with {target.Target}: its low-level statistics alone bring the smaller part.";

    private static Confidence Confidence(bool apart, params IEnumerable<ReuseBlock?> blocks) =>
        OutcomeGroup.Confidence(
            apart,
            blocks.OfType<ReuseBlock>().SelectMany(block => new[] { block.Pretrained, block.Random })
        );
}
