using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using Decision = TransferLens.Studies.Findings.Decision;

namespace TransferLens.Analyses.FeatureReuse;

/// <summary>Decides what the experiment supports: what the gain of pretraining consists of.</summary>
internal static class FeatureReuseFindings
{
    /// <summary>
    /// For each target how the gain splits, whether the relative drop shrinks with the blocks, whether low-level
    /// statistics speed up training, what diverged.
    /// </summary>
    /// <param name="results">All comparisons; of a target at several learning rates, that at the best is first.</param>
    public static ImmutableArray<Finding> Find(ImmutableArray<ReuseResult> results) =>
        [
            .. results
                .GroupBy(result => result.Target)
                .SelectMany(target => Find(target.First(), [.. target.Where(result => result.HasEqualRates)])),
        ];

    private static IEnumerable<Finding> Find(ReuseResult target, ImmutableArray<ReuseResult> equal) =>
        Finding.On(
            target.Target,
            Split(target, target.IsAtBestRates ? equal : []),
            Drop(target),
            FeatureReuseSpeed.Find(target, equal),
            Diverged(target)
        );

    private static Finding? Split(ReuseResult target, ImmutableArray<ReuseResult> equal)
    {
        if (target.WholeImages.Scores?.Gain is not { } gain)
        {
            return null;
        }

        var (decision, text) = Say(target, gain);
        var finding = new Finding(
            "feature_reuse",
            text.Headline,
            decision with
            {
                ChosenOnTestImages = target.IsChosenOnTestImages,
            },
            [
                .. SplitEvidence(target, gain),
                .. equal.SelectMany(EqualEvidence),
                .. target.Pixels is { } pixels ? Speed(target, pixels) : [],
            ],
            text.Action
        )
        {
            Detail = Join(
                text.Detail,
                target.IsAtBestRates ? ReuseWords.Rates.AtEqual(equal) : null,
                ReuseWords.Rates.Chosen(target),
                EffectWords.LeavesOut(target.Split?.FeatureReuse ?? gain)
            ),
            Question = Question.Source,
            Answer = text.Answer,
            ComparesStarts = true,
        };
        return target.UnequalRates is { } rates
            ? StartRates.Mark(
                finding,
                (target.Pretrained.Run, rates.Pretrained),
                (target.Random.Run, rates.Random)
            ) with
            {
                Recommendation = text.Action ?? ReuseWords.Rates.GiveSameList(target),
            }
            : finding;
    }

    // The same where both starts have one learning rate.
    private static IEnumerable<Evidence> EqualEvidence(ReuseResult equal)
    {
        var (unit, rate) = (equal.Metric.DifferenceUnit, equal.Pretrained.LearningRate);
        if (equal.WholeImages.Scores?.Gain is { } gain)
        {
            yield return gain.Evidence(ReuseWords.Rates.At(rate, ReuseWords.Split.Gain), unit);
        }

        if (equal is { Split: { } split, Differences.IsEmpty: true })
        {
            yield return split.LowLevelStatistics.Evidence(ReuseWords.Rates.At(rate, ReuseWords.Split.LowLevel), unit);
            yield return split.FeatureReuse.Evidence(ReuseWords.Rates.At(rate, ReuseWords.Split.Reuse), unit);
        }
    }

    private static Verdict Say(ReuseResult target, Effect gain)
    {
        var (place, metric) = (ReuseWords.Place(target), target.Metric);
        if (!gain.IsPositive)
        {
            return new(
                gain.Decide(),
                gain.IsNegative
                    ? ReuseWords.Split.Harm(place, metric, gain)
                    : ReuseWords.Split.NoGain(place, metric, gain)
            );
        }

        if (!target.Differences.IsEmpty && target.Smallest is not null)
        {
            return new(gain.Decide(), ReuseWords.Split.NotCompared(target, place, gain));
        }

        return target.Split is { } split
            ? Say(target.Target, place, metric, split)
            : new(gain.Decide(), ReuseWords.Split.NotMeasured(place, metric, gain, target.Pixels is null));
    }

    private static Verdict Say(string target, string place, Metric metric, GainSplit split)
    {
        var (left, reuse) = (split.LowLevelStatistics, split.FeatureReuse);
        return (left.IsPositive, reuse.IsPositive) switch
        {
            (true, true) => new(Both(split), ReuseWords.Split.BothParts(target, place, metric, split)),
            (false, true) => new(
                left.IsNegative ? Both(split) : reuse.Decide(),
                ReuseWords.Split.ReuseOnly(target, place, metric, split)
            ),
            (true, false) when reuse.IsNegative => new(
                reuse.Decide(),
                ReuseWords.Split.MoreWithoutFeatures(place, metric, split)
            ),
            (true, false) => new(left.Decide(), ReuseWords.Split.LowLevelOnly(place, metric, split)),
            (false, false) => new(Both(split), ReuseWords.Split.Undecided(place, metric, split)),
        };
    }

    // The sentence is about both parts, so the less certain one decides.
    private static Decision Both(GainSplit split)
    {
        var (left, reuse) = (split.LowLevelStatistics.Decide(), split.FeatureReuse.Decide());
        return new(Math.Max(left.P, reuse.P), Math.Min(left.Runs, reuse.Runs))
        {
            CoversSeeds = left.CoversSeeds && reuse.CoversSeeds,
            ExcludesMore = left.ExcludesMore && reuse.ExcludesMore,
        };
    }

    // First the part that the answer names.
    private static ImmutableArray<Evidence> SplitEvidence(ReuseResult target, Effect gain)
    {
        var unit = target.Metric.DifferenceUnit;
        var whole = gain.Evidence(ReuseWords.Split.Gain, unit);
        if (target is not { Split: { } split, Differences.IsEmpty: true })
        {
            return [whole];
        }

        var low = split.LowLevelStatistics.Evidence(ReuseWords.Split.LowLevel, unit);
        var reuse = split.FeatureReuse.Evidence(ReuseWords.Split.Reuse, unit);
        return (gain.IsPositive, split.FeatureReuse.IsPositive, split.LowLevelStatistics.IsPositive) switch
        {
            (true, true, _) => [reuse, low, whole],
            (true, _, true) => [low, reuse, whole],
            _ => [whole, low, reuse],
        };
    }

    private static IEnumerable<Evidence> Speed(ReuseResult target, ReuseBlock pixels) =>
        from side in new[]
        {
            (target.Pretrained.Run, pixels.Pretrained.MeanSpeed),
            (target.Random.Run, pixels.Random.MeanSpeed),
        }
        where side.MeanSpeed is not null
        select side.MeanSpeed.Evidence(
            ReuseWords.Split.Speed(side.Run, target.CurveMetric),
            target.CurveMetric.ScoreKey
        );

    private static Finding? Drop(ReuseResult target)
    {
        if (
            !target.Differences.IsEmpty
            || target.UnequalRates is not null
            || target.DropChange is not { } change
            || target.Smallest is not { } smallest
            || target.WholeImages.Scores?.RelativeDrop is not { } whole
            || smallest.Scores?.RelativeDrop is not { } small
        )
        {
            return null;
        }

        var (metric, block) = (target.Metric, smallest.Block);
        var text = ReuseWords.Drop.Say(ReuseWords.Place(target), (whole, small, block), change);
        return new(
            "feature_reuse",
            text.Headline,
            // In percentage points of the drop.
            change.Decide(MarginWords.Points * NonInferiority.DefaultMargin) with
            {
                ChosenOnTestImages = target.IsChosenOnTestImages,
            },
            [
                whole.Evidence(ReuseWords.Drop.OnWholeImages, "%"),
                small.Evidence(ReuseWords.Drop.OnBlocks(block), "%"),
                change.Evidence(ReuseWords.Drop.Change(block), "percentage points"),
                smallest.Pretrained.MeanScore!.Evidence(
                    ReuseWords.Drop.Score(target.Pretrained.Run, metric, block),
                    metric.ScoreKey
                ),
                smallest.Random.MeanScore!.Evidence(
                    ReuseWords.Drop.Score(target.Random.Run, metric, block),
                    metric.ScoreKey
                ),
            ]
        )
        {
            Detail = Join(text.Detail, ReuseWords.Rates.Chosen(target)),
            ComparesStarts = true,
        };
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
                    ReuseWords.Place(target),
                    diverged.Select(one => (one.Run.Run.Run, one.Run.Block)).Distinct()
                ),
                Confidence.High,
                [new(ReuseWords.Diverged.Evidence, diverged.Count, null, null, "")],
                ReuseWords.Diverged.Advice
            )
            {
                Detail = ReuseWords.Diverged.Detail,
            };
    }

    private static string Join(params IEnumerable<string?> sentences) => string.Join(' ', sentences.OfType<string>());

    private sealed record Verdict(Decision Decision, FindingText Text);
}
