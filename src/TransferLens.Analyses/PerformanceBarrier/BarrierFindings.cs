using System.Collections.Immutable;
using TransferLens.Findings;

namespace TransferLens.Analyses;

/// <summary>Words for <see cref="PerformanceBarrier"/>: do trainings lie in one basin, so may they be averaged.</summary>
internal static class BarrierFindings
{
    /// <summary>One finding for each target and kind of pair that starts from the same place, and one on how the two compare.</summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<PairBarrier> pairs)
    {
        var sound = pairs.Where(pair => !pair.Diverged).ToList();
        return
        [
            .. sound.Where(pair => pair.Pair.First.Run == pair.Pair.Second!.Run).GroupBy(pair => (pair.Pair.First.Target, pair.Pair.Kind)).Select(kind => Basin([.. kind])),
            .. sound.GroupBy(pair => pair.Pair.First.Target).Select(Comparison).OfType<Finding>(),
        ];
    }

    private static Finding Basin(List<PairBarrier> pairs)
    {
        var (pair, barriers) = (pairs[0].Pair, Spread.Of(pairs.Select(p => p.Curve.Accuracy))!);
        var losses = Spread.Of(pairs.Select(p => p.Curve.Loss).Where(double.IsFinite));
        var noise = pairs.Max(p => p.Noise);
        var which = $"{pair.First.Run} on {pair.First.Target}";
        (string, string?) words = !pairs.All(p => p.Learned)
            ? ($"Nothing can be said of a barrier between trainings of {which}: not all of them are right more often than naming the largest class would be.", null)
            : barriers.High <= noise
            ? ($"No barrier was seen between trainings of {which}: on the line between them accuracy falls at most {100 * barriers.High:0.0} points, less than the {100 * noise:0.0} points that a test set of this size leaves uncertain.",
               "They lie in one basin as far as the line shows, and may be averaged.")
            : ($"A barrier of {100 * barriers.Mean:0.0} points of accuracy lies between trainings of {which}.",
               "Do not average their weights without measuring the average; combine their predictions instead.");
        return new("performance_barrier", words.Item1, pairs.Count > 2 ? Confidence.High : pairs.Count > 1 ? Confidence.Medium : Confidence.Low,
            [barriers.Evidence($"barrier, {pair.Kind}", "accuracy", "pairs"), .. losses is null ? [] : new[] { losses.Evidence($"barrier in loss, {pair.Kind}", "nats", "pairs") }], words.Item2)
        {
            Question = pair.BothPretrained ? Question.Basin : null,
        };
    }

    private static Finding? Comparison(IGrouping<string, PairBarrier> target)
    {
        var pretrained = Spread.Of(target.Where(pair => pair.Learned && pair.Pair.BothPretrained).Select(pair => pair.Curve.Accuracy));
        var random = Spread.Of(target.Where(pair => pair.Learned && pair.Pair.BothRandom).Select(pair => pair.Curve.Accuracy));
        if (pretrained is null || random is null)
        {
            return null;
        }

        var sentence = random.Mean > pretrained.Mean
            ? $"On {target.Key} the barrier between fine-tuned trainings ({100 * pretrained.Mean:0.0} points) is smaller than that between trainings from random weights ({100 * random.Mean:0.0} points), as the paper finds."
            : $"On {target.Key} the barrier between fine-tuned trainings ({100 * pretrained.Mean:0.0} points) is not smaller than that between trainings from random weights ({100 * random.Mean:0.0} points), unlike what the paper finds.";
        return new("performance_barrier", sentence, Spread.Between(pretrained, random),
            [pretrained.Evidence("barrier between P-T", "accuracy", "pairs"), random.Evidence("barrier between RI-T", "accuracy", "pairs")]);
    }
}
