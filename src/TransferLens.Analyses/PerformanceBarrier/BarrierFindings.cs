using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using Words = TransferLens.Analyses.PerformanceBarrier.BarrierWords.Line;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>
/// Decides what the barriers support: do runs share a basin, so may their models be averaged. A barrier is detected
/// where the lower end of the interval of the mean curve over the pairs is above 0.
/// </summary>
internal static class BarrierFindings
{
    /// <summary>
    /// One finding for each target, epoch and kind of pair within one run, one on what permuting channels changes, and
    /// one on how pairs from P and from random weights compare.
    /// </summary>
    public static ImmutableArray<Finding> Find(BarrierResults results) =>
        [
            .. results.Kinds.SelectMany(kind => Finding.On(kind.Example.Target, Basin(kind))),
            .. results
                .Kinds.Where(kind => kind is { Learned: true, Alignment: not null })
                .SelectMany(kind => Finding.On(kind.Example.Target, AfterPermuting(kind, kind.Alignment!))),
            .. results.Comparisons.SelectMany(one => Finding.On(one.Pretrained.Example.Target, Compare(one))),
        ];

    private static Finding Basin(KindBarrier kind)
    {
        var question = kind.Example.Pair.BothPretrained ? Question.Basin : null;
        var runs = Words.Runs(kind.Example);
        ImmutableArray<Evidence> evidence = [.. Evidence(kind)];
        if (!kind.Learned)
        {
            return new("performance_barrier", Words.NoVerdict(runs, kind.Metric), Confidence.Low, evidence)
            {
                Question = question,
                Answer = question is null ? null : Words.NotJudged,
            };
        }

        return new(
            "performance_barrier",
            Sentence(runs, kind),
            kind.Score.Decision,
            evidence,
            Action(kind)
        )
        {
            Question = question,
            Answer = question is null ? null : Answer(kind),
            Detail = Detail(kind),
        };
    }

    private static string Sentence(string runs, KindBarrier kind) =>
        kind.Score switch
        {
            { IsDetected: true } barrier => Words.Detected(runs, kind.Metric, barrier.Interval),
            { IsUncertain: true } barrier => Words.Uncertain(runs, kind.Metric, barrier.Interval),
            var barrier => Words.NotDetected(runs, kind.Metric, barrier.Interval),
        };

    private static string Answer(KindBarrier kind) =>
        (kind.Score, kind.Loss) switch
        {
            ({ IsDetected: true }, _) => Words.NoBasin(kind.Metric),
            ({ IsUncertain: true }, { IsDetected: true }) => Words.OpenButInLoss(kind.Metric),
            (_, { IsDetected: true }) => Words.OnlyInLoss(kind.Metric),
            (var barrier, _) when barrier.IsAtMost(NonInferiority.DefaultMargin) => Words.OneBasin,
            ({ IsUncertain: true }, _) => Words.Open,
            _ => Words.NoneSeen(kind.Metric),
        };

    // Not detecting a barrier is no permission to average: a wide interval, or a barrier in loss, may hide a cost.
    private static string Action(KindBarrier kind)
    {
        var barrier = kind.Score;
        if (barrier.IsAtMost(NonInferiority.DefaultMargin) && kind.Loss is not { IsDetected: true })
        {
            return Words.AverageWeights;
        }

        return barrier.IsDetected ? Words.AveragePredictions : Words.MeasureAverage;
    }

    // Loss is more sensitive than accuracy: it shows a rise that is too small to change a prediction.
    private static string? Detail(KindBarrier kind)
    {
        string?[] sentences =
        [
            kind.Pairs.Length > 1 ? Words.MeanCurve(kind.Pairs.Length) : null,
            !kind.Score.IsDetected && kind.Loss is { IsDetected: true } loss ? Words.LossRises(loss.Interval) : null,
            EffectWords.LeavesOut(kind.Score.AtLambda),
        ];
        return Join(sentences);
    }

    private static Finding AfterPermuting(KindBarrier kind, KindAlignment alignment)
    {
        var (runs, metric) = (Words.Runs(kind.Example), kind.Metric);
        var (verdict, judged) = (alignment.Verdict, alignment.Judged.Interval);
        var isRepaired = kind.Example.Aligned!.Repaired is not null;
        string?[] detail =
        [
            Words.BeforeAndAfter(metric, alignment.Before.Interval.Value, alignment.After.Interval.Value),
            isRepaired ? Words.Repaired : null,
            Words.Matched(kind.Example.Aligned.Method, verdict),
        ];
        return new(
            "performance_barrier",
            (verdict, alignment.IsWithinMargin) switch
            {
                (AlignmentVerdict.AsTheyAre, true) => Words.BasinWithout(runs, metric, judged),
                _ when alignment is { Judged.IsUncertain: true, Verdict: not AlignmentVerdict.NotEvenAligned } =>
                    Words.UncertainAround(runs, metric, judged, isAligned: verdict != AlignmentVerdict.AsTheyAre),
                (AlignmentVerdict.AsTheyAre, false) => Words.NoneDetected(runs, metric, judged, isAligned: false),
                (AlignmentVerdict.NotEvenAligned, _) => Words.NotEvenAligned(runs, metric, judged),
                (_, true) => Words.OnlyAligned(runs, metric, judged),
                _ => Words.NoneDetected(runs, metric, judged, isAligned: true),
            },
            alignment.Decision,
            [
                Barrier(alignment.Before, Words.Barrier(kind.Kind), metric.DifferenceUnit),
                Barrier(alignment.After, Words.AlignedBarrier(kind.Kind), metric.DifferenceUnit),
            ],
            // Rescaled activations are no average of weights: nothing follows for averaging.
            isRepaired ? null : ActionAfter(alignment)
        )
        {
            Detail = Join(detail),
        };
    }

    private static string? ActionAfter(KindAlignment alignment) =>
        alignment.Verdict switch
        {
            AlignmentVerdict.AsTheyAre => null,
            AlignmentVerdict.NotEvenAligned => Words.DoNotAverageAligned,
            _ when alignment.IsWithinMargin => Words.AverageAligned,
            _ => Words.MeasureAligned,
        };

    private static Finding Compare(BarrierComparison comparison)
    {
        var (pretrained, random, metric) = (comparison.Pretrained, comparison.Random, comparison.Pretrained.Metric);
        var (place, names) = (Words.Place(pretrained.Example), Words.Names(pretrained.Example, random.Example));
        var (_, low, high) = comparison.Difference.Interval();
        var isSmaller = comparison.Difference.IsPositive;
        var amount = isSmaller
            ? comparison.Difference.Interval()
            : new Estimate(-comparison.Difference.Value, -high, -low);
        string?[] detail =
        [
            Words.Sides(metric, names, pretrained.Score.Interval.Value, random.Score.Interval.Value),
            comparison.Difference.IsDetected ? null : EffectWords.Open(metric, comparison.Difference),
            comparison.Kinds.SameRecipe ? null : Words.OtherSettings,
            comparison.Kinds.Others ? Words.OtherKinds : null,
            comparison.CoversSeeds ? null : Words.SinglePair,
            !comparison.Difference.IsDetected ? null
            : isSmaller ? Words.AsInThePaper
            : Words.UnlikeThePaper,
        ];
        var finding = new Finding(
            "performance_barrier",
            comparison.Difference.IsDetected
                ? Words.Differ(place, metric, names, amount, isSmaller)
                : Words.NoDifference(place, metric, names, comparison.Difference.Interval()),
            comparison.Decision,
            [
                comparison.Difference.Evidence(Words.DifferenceOfBarriers, metric.DifferenceUnit),
                Barrier(pretrained.Score, Words.Barrier(pretrained.Kind), metric.DifferenceUnit),
                Barrier(random.Score, Words.Barrier(random.Kind), metric.DifferenceUnit),
            ]
        )
        {
            Detail = Join(detail),
            ComparesStarts = true,
        };
        return StartRates.Mark(finding, pretrained.Example.Pair.First, random.Example.Pair.First);
    }

    private static IEnumerable<Evidence> Evidence(KindBarrier kind)
    {
        yield return Barrier(kind.Score, Words.Barrier(kind.Kind), kind.Metric.DifferenceUnit);
        if (kind.Loss is { } loss)
        {
            yield return Barrier(loss, Words.BarrierInLoss(kind.Kind), "nats");
        }

        if (kind.Pairs.Length > 1)
        {
            var alone = kind.Pairs.Count(pair => pair.Barrier.InScore.IsPositive);
            yield return new(Words.Alone(kind.Kind, kind.Pairs.Length), alone, null, null, "");
        }
    }

    private static Evidence Barrier(MeanBarrier barrier, string name, string unit)
    {
        var of = barrier.Pairs > 1 ? $"{name}, mean curve of {barrier.Pairs} pairs" : name;
        return barrier.Interval.Evidence(EvidenceName.Over(of, EffectWords.Covered(barrier.AtLambda)), unit);
    }

    private static string? Join(IEnumerable<string?> sentences) =>
        string.Join(' ', sentences.OfType<string>()) is { Length: > 0 } text ? text : null;
}
