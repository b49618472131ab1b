using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>
/// Words for <see cref="BarrierMeasurement"/>: do trainings lie in one basin, so may they be averaged. A barrier is seen where
/// the lower end of its interval over test images lies above 0.
/// </summary>
internal static class BarrierFindings
{
    private const string Interval = "95 % bootstrap interval over test images";

    /// <summary>One finding for each target, epoch and kind of pair of one run, and one on how those from P and from random weights compare.</summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<PairBarrier> pairs)
    {
        var sound = pairs.Where(pair => !pair.Diverged).ToList();
        return
        [
            .. sound
                .Where(pair => pair.Pair.First.Run == pair.Pair.Second!.Run)
                .GroupBy(pair => (pair.Pair.First.Target, pair.Epochs, pair.Pair.Kind, SameRandomWeights(pair)))
                .SelectMany(kind => Finding.On(kind.Key.Target, Basin([.. kind]))),
            .. sound
                .GroupBy(pair => (pair.Pair.First.Target, pair.Epochs))
                .SelectMany(target => Finding.On(target.Key.Target, Comparison(target.Key.Target, [.. target]))),
        ];
    }

    private static Finding Basin(List<PairBarrier> pairs)
    {
        var (pair, barriers) = (pairs[0].Pair, Spread.Of(pairs.Select(p => p.Curve.Score))!);
        var metric = pair.Metric;
        var highest = pairs.Max(p => p.Curve.Barrier.High);
        var seen = pairs.Count(p => p.Curve.Barrier.IsPositive);
        var which =
            $"{pair.First.Run} on {pair.First.Target}{(SameRandomWeights(pairs[0]) ? " that start from the same random weights" : "")}{At(pairs[0])}";
        var learned = pairs.All(p => p.Learned);
        (string, string?) words =
            !learned
                ? (
                    $"Nothing can be said of a barrier between trainings of {which}: not all of them are {metric.BeyondChance}.",
                    null
                )
            : seen == 0
                ? (
                    $"No barrier was seen between trainings of {which}: on the line between them {metric.Name} falls at most {Short(metric, barriers.High)} short, which these test images do not tell from none; up to {Short(metric, highest)} would not show{InLoss(pairs)}.",
                    "They lie in one basin as far as the line shows, and may be averaged; measure the average."
                )
            : (
                seen == pairs.Count
                    ? $"A barrier of {metric.Plain(barriers.Mean)} {metric.AmountWords} lies between trainings of {which}."
                    : $"A barrier was seen between {seen} of {pairs.Count} pairs of trainings of {which}; over all pairs it is {metric.Plain(barriers.Mean)} {metric.AmountWords} on average.",
                "Do not average their weights without measuring the average; combine their predictions instead."
            );
        return new(
            "performance_barrier",
            words.Item1,
            learned ? ConfidenceRule.Of(pairs.Count, seen == pairs.Count) : Confidence.Low,
            [
                .. PairEvidence.Of($"barrier, {pair.Kind}", metric.DifferenceUnit, Interval, Labelled(pairs)),
                .. PairEvidence.Of(
                    $"barrier in loss, {pair.Kind}",
                    "nats",
                    Interval,
                    [
                        .. pairs
                            .Where(p => p.Curve.LossInterval is not null)
                            .Select(p =>
                                (
                                    p.Pair.Label,
                                    new Estimate(p.Curve.Loss, p.Curve.LossInterval!.Low, p.Curve.LossInterval.High)
                                )
                            ),
                    ]
                ),
            ],
            words.Item2
        )
        {
            Question = pair.BothPretrained ? Question.Basin : null,
        };
    }

    private static Finding? Comparison(string target, List<PairBarrier> pairs)
    {
        var fineTuned = pairs.Where(pair => pair.Learned && pair.Pair.BothPretrained).ToList();
        var fromRandom = pairs.Where(pair => pair.Learned && pair.Pair.BothRandom).ToList();
        if (
            Spread.Of(fineTuned.Select(pair => pair.Curve.Barrier)) is not { } pretrained
            || Spread.Of(fromRandom.Select(pair => pair.Curve.Barrier)) is not { } random
        )
        {
            return null;
        }

        var metric = fineTuned[0].Pair.Metric;
        var (numbers, at) = (
            metric.IsPercent
                ? $"{metric.Difference(pretrained.Mean)} against {metric.Plain(random.Mean)}"
                : $"{metric.Plain(pretrained.Mean)} against {metric.Plain(random.Mean)} {metric.AmountWords}",
            At(fineTuned[0])
        );
        var sentence =
            !pretrained.IsApartFrom(random)
                ? $"On {target} no difference was seen between the barrier between fine-tuned trainings and that between trainings from different random weights{at}: {numbers}, within the uncertainty of pairs and test images."
            : random.Mean > pretrained.Mean
                ? $"On {target} the barrier between fine-tuned trainings is smaller than that between trainings from different random weights{at}, as the paper finds: {numbers}."
            : $"On {target} the barrier between fine-tuned trainings is larger than that between trainings from different random weights{at}, unlike what the paper finds: {numbers}.";
        return new(
            "performance_barrier",
            sentence,
            Spread.Between(pretrained, random),
            [
                .. PairEvidence.Of("barrier between P-T", metric.DifferenceUnit, Interval, Labelled(fineTuned)),
                .. PairEvidence.Of("barrier between RI-T", metric.DifferenceUnit, Interval, Labelled(fromRandom)),
            ]
        );
    }

    // The metric was named before, so that its number is enough where it has no unit.
    private static string Short(Metric metric, double difference) =>
        metric.IsPercent ? metric.Difference(difference) : metric.Plain(difference);

    // Loss sees more than accuracy does: a ridge too low to change an answer.
    private static string InLoss(List<PairBarrier> pairs) =>
        pairs.Where(pair => pair.Curve.LossInterval?.Low > 0).ToList() is { Count: > 0 } risen
            ? $"; the loss does rise between them, by {risen.Average(pair => pair.Curve.Loss):0.000} nats, more than the images leave uncertain"
                + (risen.Count < pairs.Count ? $" in {risen.Count} of {pairs.Count} pairs" : "")
            : "";

    private static bool SameRandomWeights(PairBarrier pair) =>
        pair.Pair is { SameStart: true, First.Initialization: Initialization.Random };

    private static string At(PairBarrier pair) => pair.Epochs == "last" ? "" : $", at their {pair.Epochs} epochs";

    private static List<(string Pair, Estimate Value)> Labelled(IEnumerable<PairBarrier> pairs) =>
        [.. pairs.Select(pair => (pair.Pair.Label, pair.Curve.Barrier))];
}
