using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using Words = TransferLens.Analyses.PerformanceBarrier.BarrierWords.Line;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>
/// Decides what the barriers support: do runs share a basin, so may their models be averaged. A barrier is detected
/// where the lower end of its interval over test images is above 0.
/// </summary>
internal static class BarrierFindings
{
    /// <summary>
    /// One finding for each target, epoch and kind of pair within one run, and one on how pairs from P and from random
    /// weights compare.
    /// </summary>
    public static ImmutableArray<Finding> Find(ImmutableArray<PairBarrier> pairs)
    {
        var sound = pairs.Where(pair => !pair.Diverged).ToList();
        return
        [
            .. sound
                .Where(pair => pair.Pair.First.Run == pair.Pair.Second!.Run)
                .GroupBy(pair => (pair.Target, pair.Epochs, pair.Pair.Kind, pair.SameRandomWeights))
                .SelectMany(kind => Finding.On(kind.Key.Target, Basin([.. kind]))),
            .. sound
                .GroupBy(pair => (pair.Target, pair.Epochs))
                .SelectMany(target => Finding.On(target.Key.Target, Comparison([.. target]))),
        ];
    }

    private static Finding Basin(List<PairBarrier> pairs)
    {
        var (first, metric) = (pairs[0], pairs[0].Pair.Metric);
        var runs = Words.Runs(first.Pair.First.Run, Words.Place(first.Target, first.Epochs), first.SameRandomWeights);
        var learned = pairs.All(pair => pair.Learned);
        var detected = pairs.Count(pair => pair.Barrier.InScore.IsPositive);
        var finding = new Finding(
            "performance_barrier",
            Words.NoVerdict(runs, metric),
            learned ? RangeConfidence.Of(pairs.Count, detected == pairs.Count) : Confidence.Low,
            [.. Evidence(pairs, Words.Barrier(first.Pair.Kind)), .. LossEvidence(pairs)]
        )
        {
            Question = first.Pair.BothPretrained ? Question.Basin : null,
        };
        if (!learned)
        {
            return finding;
        }

        return detected == 0
            ? finding with
            {
                Sentence = NotDetected(runs, metric, pairs),
                Detail = Undetected(metric, pairs),
                Recommendation = Words.AverageWeights,
            }
            : finding with
            {
                Sentence = Detected(runs, metric, pairs, detected),
                Recommendation = Words.AveragePredictions,
            };
    }

    private static string NotDetected(string runs, Metric metric, List<PairBarrier> pairs) =>
        pairs.Count == 1
            ? Words.NotDetected(runs, metric, pairs[0].Barrier.InScore)
            : Words.NotDetected(runs, metric, Heights(pairs));

    private static string Detected(string runs, Metric metric, List<PairBarrier> pairs, int detected)
    {
        if (detected < pairs.Count)
        {
            return Words.DetectedInSome(runs, metric, Heights(pairs), detected);
        }

        return pairs.Count == 1
            ? Words.Detected(runs, metric, pairs[0].Barrier.InScore)
            : Words.Detected(runs, metric, Heights(pairs));
    }

    // Loss is more sensitive than accuracy: it shows a rise that is too small to change a prediction.
    private static string? Undetected(Metric metric, List<PairBarrier> pairs)
    {
        var undetected = Words.Undetected(metric, pairs.Max(pair => pair.Barrier.InScore.High));
        var losses = pairs.Select(pair => pair.Barrier.InLoss).OfType<Estimate>();
        var rises = losses.Where(loss => loss.IsPositive).ToList();
        var loss = (rises.Count, pairs.Count) switch
        {
            (0, _) => null,
            (1, 1) => Words.LossRises(rises[0]),
            _ => Words.LossRises(rises.Average(loss => loss.Value), rises.Count, pairs.Count),
        };
        string?[] sentences = [undetected, loss];
        return string.Join(' ', sentences.OfType<string>()) is { Length: > 0 } text ? text : null;
    }

    private static Finding? Comparison(List<PairBarrier> pairs)
    {
        var fineTuned = pairs.Where(pair => pair.Learned && pair.Pair.BothPretrained).ToList();
        var fromRandom = pairs.Where(pair => pair.Learned && pair.Pair.BothRandom).ToList();
        if (
            Spread.Of(fineTuned.Select(pair => pair.Barrier.InScore)) is not { } pretrained
            || Spread.Of(fromRandom.Select(pair => pair.Barrier.InScore)) is not { } random
        )
        {
            return null;
        }

        var (sentence, detail) = Compare(fineTuned[0], pretrained, random);
        return new(
            "performance_barrier",
            sentence,
            Spread.Between(pretrained, random),
            [
                .. Evidence(fineTuned, Words.BarrierBetween("P-T runs")),
                .. Evidence(fromRandom, Words.BarrierBetween("RI-T runs")),
            ]
        )
        {
            Detail = detail,
        };
    }

    private static (string Sentence, string Detail) Compare(PairBarrier pair, Spread pretrained, Spread random)
    {
        var (place, metric) = (Words.Place(pair.Target, pair.Epochs), pair.Pair.Metric);
        var (first, second) = (pretrained.Mean, random.Mean);
        if (!pretrained.IsApartFrom(random))
        {
            var largest = Math.Max(pretrained.High - random.Low, random.High - pretrained.Low);
            return (Words.NoDifference(place, metric, first, second), Words.UndetectedDifference(metric, largest));
        }

        return second > first
            ? (Words.Smaller(place, metric, first, second), Words.AsInThePaper)
            : (Words.Larger(place, metric, first, second), Words.UnlikeThePaper);
    }

    private static Spread Heights(List<PairBarrier> pairs) => Spread.Of(pairs.Select(pair => pair.Barrier.Score))!;

    private static IEnumerable<Evidence> Evidence(List<PairBarrier> pairs, string name) =>
        PairEvidence.Of(
            name,
            pairs[0].Pair.Metric.DifferenceUnit,
            Words.Interval,
            [.. pairs.Select(pair => (pair.Pair.Label, pair.Barrier.InScore))]
        );

    private static IEnumerable<Evidence> LossEvidence(List<PairBarrier> pairs) =>
        PairEvidence.Of(
            Words.BarrierInLoss(pairs[0].Pair.Kind),
            "nats",
            Words.Interval,
            [
                .. pairs
                    .Where(pair => pair.Barrier.InLoss is not null)
                    .Select(pair => (pair.Pair.Label, pair.Barrier.InLoss!)),
            ]
        );
}
