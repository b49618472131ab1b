using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.FeatureReuse;

/// <summary>Decides what the experiment supports: what the gain of pretraining consists of.</summary>
internal static class FeatureReuseFindings
{
    /// <summary>
    /// For each target how the gain splits, whether the relative drop shrinks with the blocks, what diverged.
    /// </summary>
    public static ImmutableArray<Finding> Find(ImmutableArray<ReuseResult> targets) =>
        [.. targets.SelectMany(target => Finding.On(target.Target, Split(target), Drop(target), Diverged(target)))];

    private static Finding? Split(ReuseResult target)
    {
        if (target.WholeImages.Gain is not { } gain)
        {
            return null;
        }

        var words = Say(target, gain);
        return new(
            "feature_reuse",
            words.Sentence,
            Confidence(words.Decided, target.WholeImages, target.Pixels),
            [.. SplitEvidence(target, gain), .. target.Pixels is { } pixels ? Speed(target, pixels) : []],
            words.Advice
        )
        {
            Detail = words.Detail,
            Question = Question.Source,
        };
    }

    private static Verdict Say(ReuseResult target, Estimate gain)
    {
        var (place, metric) = (ReuseWords.Place(target.Target, target.Rates), target.Metric);
        if (gain.IsNegative)
        {
            return new(true, ReuseWords.Split.Harm(place, metric, gain), ReuseWords.Split.NothingToSplit, null);
        }

        if (!gain.IsPositive)
        {
            return new(
                false,
                ReuseWords.Split.NoGain(place, metric, gain),
                $"{ReuseWords.Split.UndetectedGain(metric, gain)} {ReuseWords.Split.NothingToSplit}",
                null
            );
        }

        return target.Split is { } split
            ? Say(target.Target, place, metric, split)
            : new(
                true,
                ReuseWords.Split.Total(place, metric, gain),
                ReuseWords.Split.NotMeasured,
                target.Pixels is null ? ReuseWords.Split.AddSinglePixels : null
            );
    }

    private static Verdict Say(string target, string place, Metric metric, GainSplit split)
    {
        var (left, reuse) = (split.LowLevelStatistics, split.FeatureReuse);
        return (left.IsPositive, reuse.IsPositive) switch
        {
            (true, true) => new(
                true,
                ReuseWords.Split.BothParts(place, metric, split),
                ReuseWords.Split.BothRanges(metric, split),
                Advice(target, split)
            ),
            (false, true) => new(
                true,
                ReuseWords.Split.NeedsFeatures(place, metric, split),
                left.IsNegative
                    ? ReuseWords.Split.CostsWithoutFeatures(metric, left)
                    : ReuseWords.Split.UndetectedLowLevel(metric, left),
                Advice(target, split)
            ),
            (true, false) when reuse.IsNegative => new(
                true,
                ReuseWords.Split.MoreWithoutFeatures(place, metric, split),
                ReuseWords.Split.NoPartFromFeatures,
                null
            ),
            (true, false) => new(
                false,
                ReuseWords.Split.NoReuse(place, metric, split),
                ReuseWords.Split.UndetectedReuse(metric, reuse),
                null
            ),
            (false, false) => new(
                false,
                ReuseWords.Split.Undecided(place, metric, split),
                ReuseWords.Split.BothUncertain,
                ReuseWords.Split.AddSeeds
            ),
        };
    }

    private static string Advice(string target, GainSplit split) =>
        split.LowLevelShare > 0.5 ? ReuseWords.Split.CheaperPretraining : ReuseWords.Split.ChooseSource(target);

    private static IEnumerable<Evidence> SplitEvidence(ReuseResult target, Estimate gain)
    {
        var unit = target.Metric.DifferenceUnit;
        yield return gain.Evidence(ReuseWords.Split.Gain, unit);
        if (target.Split is { } split)
        {
            yield return split.LowLevelStatistics.Evidence(ReuseWords.Split.LowLevel, unit);
            yield return split.FeatureReuse.Evidence(ReuseWords.Split.Reuse, unit);
        }
    }

    private static IEnumerable<Evidence> Speed(ReuseResult target, ReuseBlock pixels) =>
        from side in new[]
        {
            (target.Pretrained.Run, pixels.Pretrained.MeanTrainScore),
            (target.Random.Run, pixels.Random.MeanTrainScore),
        }
        where side.MeanTrainScore is not null
        select side.MeanTrainScore.Evidence(
            ReuseWords.Split.Speed(side.Run, target.CurveMetric),
            target.CurveMetric.ScoreKey,
            "runs"
        );

    private static Finding? Drop(ReuseResult target)
    {
        var smallest = target.Blocks.First(block => block.Block != ReuseMeasure.AllValues);
        if (
            smallest == target.WholeImages
            || smallest.RelativeDrop is not { } small
            || target.WholeImages.RelativeDrop is not { } onWholeImages
        )
        {
            return null;
        }

        var words = Say(target, onWholeImages, small, smallest.Block);
        var (metric, block) = (target.Metric, smallest.Block);
        return new(
            "feature_reuse",
            words.Sentence,
            Confidence(words.Decided, target.WholeImages, smallest),
            [
                onWholeImages.Evidence(ReuseWords.Drop.OnWholeImages, "%"),
                small.Evidence(ReuseWords.Drop.OnBlocks(block), "%"),
                smallest.Pretrained.Estimate!.Evidence(
                    ReuseWords.Drop.Score(target.Pretrained.Run, metric, block),
                    metric.ScoreKey
                ),
                smallest.Random.Estimate!.Evidence(
                    ReuseWords.Drop.Score(target.Random.Run, metric, block),
                    metric.ScoreKey
                ),
            ]
        )
        {
            Detail = words.Detail,
        };
    }

    private static Verdict Say(ReuseResult target, Estimate onWholeImages, Estimate small, string block)
    {
        var place = ReuseWords.Place(target.Target, target.Rates);
        if (!small.IsApartFrom(onWholeImages))
        {
            var largest = Math.Max(small.High - onWholeImages.Low, onWholeImages.High - small.Low);
            return new(
                false,
                ReuseWords.Drop.NoChange(place, onWholeImages, small, block),
                ReuseWords.Drop.Undetected(largest),
                null
            );
        }

        return small.Value < onWholeImages.Value
            ? new(
                true,
                ReuseWords.Drop.Shrinks(place, onWholeImages, small, block),
                ReuseWords.Drop.ShrinksInThePaper,
                null
            )
            : new(
                true,
                ReuseWords.Drop.Grows(place, onWholeImages, small, block),
                ReuseWords.Drop.GrowsInThePaper,
                null
            );
    }

    private static Finding? Diverged(ReuseResult target)
    {
        var diverged = target.Runs.Where(one => one.Outcome.Diverged).ToList();
        return diverged.Count == 0
            ? null
            : new(
                "feature_reuse",
                ReuseWords.Diverged.Sentence(
                    diverged.Count,
                    target.Runs.Length,
                    ReuseWords.Place(target.Target, target.Rates),
                    diverged.Select(one => (one.Run.Run.Run, one.Run.Block)).Distinct()
                ),
                Studies.Findings.Confidence.High,
                [new(ReuseWords.Diverged.Evidence, diverged.Count, null, null, "")],
                ReuseWords.Diverged.Advice
            )
            {
                Detail = ReuseWords.Diverged.Detail,
            };
    }

    private static Confidence Confidence(bool decided, params IEnumerable<ReuseBlock?> blocks) =>
        OutcomeGroup.Confidence(
            decided,
            blocks.OfType<ReuseBlock>().SelectMany(block => new[] { block.Pretrained, block.Random })
        );

    private sealed record Verdict(bool Decided, string Sentence, string? Detail, string? Advice);
}
