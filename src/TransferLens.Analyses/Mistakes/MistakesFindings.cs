using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.Mistakes;

/// <summary>
/// What <see cref="MistakeComparison"/> supports: whether fine-tuned models share mistakes, whether they make fewer,
/// and whether an ensemble helps.
/// </summary>
internal static class MistakesFindings
{
    private const double Significant = 0.05;

    /// <summary>At most three findings per target. Pairs with a diverged run are left out.</summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<PairMistakes> pairs) =>
        [
            .. pairs
                .Where(pair => !pair.Diverged)
                .GroupBy(pair => pair.Pair.First.Target)
                .SelectMany(target => Finding.On(target.Key, Shared(target), Number(target), Ensemble(target))),
        ];

    private static Finding? Shared(IGrouping<string, PairMistakes> target)
    {
        var pretrained = target.Where(pair => pair.Pair.BothPretrained).ToList();
        var random = target.Where(pair => pair.Pair.BothRandom).ToList();
        if (Consistency(pretrained) is not { } first || Consistency(random) is not { } second)
        {
            return null;
        }

        var text =
            first.Low > second.High ? MistakesWords.ShareMore(target.Key, first.Mean, second.Mean)
            : second.Low > first.High ? MistakesWords.ShareFewer(target.Key, first.Mean, second.Mean)
            : MistakesWords.ShareAlike(target.Key, first.Mean, second.Mean, first.LargestDifference(second));
        return Create(
            text,
            Spread.Between(first, second),
            [
                Evidence("error consistency of two P-T runs", pretrained, first),
                Evidence("error consistency of two RI-T runs", random, second),
                .. Overlap("two P-T runs", pretrained),
                .. Overlap("two RI-T runs", random),
            ]
        );
    }

    private static Finding Create(FindingText text, Confidence confidence, ImmutableArray<Evidence> evidence) =>
        new("mistakes", text.Headline, confidence, evidence, text.Action) { Detail = text.Detail };

    // A single pair has no range over pairs, so its interval over images is used.
    private static Spread? Consistency(List<PairMistakes> pairs)
    {
        var found = pairs.Select(pair => pair.Result.ErrorConsistency).OfType<Estimate>().ToList();
        return found.Count == 1
            ? new(found[0].Value, found[0].Low, found[0].High, 1)
            : Spread.Of(found.Select(estimate => estimate.Value));
    }

    private static Evidence Evidence(string name, List<PairMistakes> pairs, Spread spread) =>
        pairs.Count == 1
            ? new($"{name}, 95 % bootstrap interval over test images", spread.Mean, spread.Low, spread.High, "")
            : spread.Evidence(name, "", "pairs");

    private static IEnumerable<Evidence> Overlap(string which, List<PairMistakes> pairs) =>
        Spread.Of(pairs.Select(pair => 100 * pair.Overlap).OfType<double>()) is { } overlap
            ?
            [
                overlap.Evidence(
                    $"mistakes made by both of {which}, as a share of the mistakes made by either",
                    "%",
                    "pairs"
                ),
            ]
            : [];

    private static Finding? Number(IGrouping<string, PairMistakes> target)
    {
        var mixed = target.Where(pair => pair.IsMixed).ToList();
        return mixed.Count == 0 ? null
            : mixed[0].Result.Difference is null ? NumberOfImages(target.Key, mixed)
            : NumberOfDecisions(target.Key, mixed);
    }

    private static Finding NumberOfImages(string target, List<PairMistakes> mixed)
    {
        var fewer = mixed.Count(pair => Differs(pair) && Gap(pair) < 0);
        var more = mixed.Count(pair => Differs(pair) && Gap(pair) > 0);
        var text = Compare(target, (fewer, more, mixed.Count), MistakesWords.Mistakes, MistakesWords.McNemarTest, () =>
            mixed.Max(UndetectedGap)
        );
        var gaps = Spread.Of(mixed.Select(pair => 100 * Gap(pair) / (double)pair.Result.Examples))!;
        return Create(
            text,
            ConfidenceOf(fewer, more, mixed),
            [
                .. Tests([.. mixed.Select(pair => pair.Result.McNemar!.P)]),
                gaps.Evidence("error rate of P-T minus that of RI-T", "points", "pairs"),
            ]
        );
    }

    // Decisions about one image are correlated, so McNemar's test over all labels at once would be overconfident.
    // The interval resamples whole images.
    private static Finding NumberOfDecisions(string target, List<PairMistakes> mixed)
    {
        var differences = mixed.Select(Difference).ToList();
        var fewer = differences.Count(one => one.IsNegative);
        var more = differences.Count(one => one.IsPositive);
        var text = Compare(target, (fewer, more, mixed.Count), MistakesWords.Decisions, MistakesWords.Intervals, () =>
            100 * differences.Max(one => Math.Max(one.High, -one.Low))
        );
        return Create(
            text,
            ConfidenceOf(fewer, more, mixed),
            [
                .. PairEvidence.Of(
                    "rate of incorrect decisions of P-T minus that of RI-T",
                    "points",
                    "95 % bootstrap interval over test images",
                    [
                        .. mixed.Zip(differences, (pair, one) =>
                            (pair.Pair.Label, new Estimate(100 * one.Value, 100 * one.Low, 100 * one.High))
                        ),
                    ]
                ),
            ]
        );
    }

    private static FindingText Compare(
        string target,
        (int Fewer, int More, int All) pairs,
        string mistakes,
        string evidence,
        Func<double> undetected
    ) =>
        (pairs.Fewer == pairs.All, pairs.More == pairs.All, pairs.Fewer + pairs.More == 0) switch
        {
            (true, _, _) => MistakesWords.Differ(target, fewer: true, mistakes, evidence, pairs.All),
            (_, true, _) => MistakesWords.Differ(target, fewer: false, mistakes, evidence, pairs.All),
            (_, _, true) => MistakesWords.NoneDiffers(target, mistakes, evidence, pairs.All, undetected()),
            _ => MistakesWords.Disagree(target, mistakes, evidence, pairs),
        };

    private static Confidence ConfidenceOf(int fewer, int more, List<PairMistakes> mixed) =>
        fewer != mixed.Count && more != mixed.Count ? Confidence.Low : RangeConfidence.Of(Fewest(mixed));

    // Incorrect decisions of the run from P minus those of the other, as a share.
    private static Estimate Difference(PairMistakes pair)
    {
        var difference = pair.Result.Difference!;
        return pair.Pair.First.Initialization == Initialization.Pretrained
            ? difference
            : new(-difference.Value, -difference.High, -difference.Low);
    }

    private static IEnumerable<Evidence> Tests(ImmutableArray<double> p) =>
        p.Length == 1
            ? [new("p of McNemar's exact test", p[0], null, null, "")]
            :
            [
                new($"smallest p of McNemar's exact test, {p.Length} pairs of P-T and RI-T", p.Min(), null, null, ""),
                new("largest p", p.Max(), null, null, ""),
            ];

    // Pairs share runs: two and two make four pairs, but only two runs of each kind.
    private static int Fewest(List<PairMistakes> mixed) =>
        mixed
            .SelectMany(pair => new[] { pair.Pair.First, pair.Pair.Second! })
            .DistinctBy(run => run.Label)
            .GroupBy(run => run.Initialization)
            .Min(kind => kind.Count());

    private static bool Differs(PairMistakes pair) => pair.Result.McNemar!.P < Significant;

    // Mistakes of the run from P minus those of the other; shared ones cancel.
    private static int Gap(PairMistakes pair) =>
        (pair.Pair.First.Initialization == Initialization.Pretrained ? 1 : -1)
        * (pair.Result.OnlyFirst.Count - pair.Result.OnlySecond.Count);

    // The largest gap in percent of the images that the test would not have called significant, for as many discordant
    // images.
    private static double UndetectedGap(PairMistakes pair)
    {
        var discordant = pair.Result.OnlyFirst.Count + pair.Result.OnlySecond.Count;
        var fewer = discordant / 2;
        while (fewer > 0 && McNemar.Test(fewer - 1, discordant - fewer + 1).P >= Significant)
        {
            fewer--;
        }

        return 100 * (discordant - (2 * fewer)) / (double)pair.Result.Examples;
    }

    private static Finding? Ensemble(IGrouping<string, PairMistakes> target)
    {
        var best = target
            .GroupBy(pair => pair.Pair.Kind)
            .MaxBy(kind => kind.Average(pair => pair.Result.Ensemble.Score.Value));
        if (best is null)
        {
            return null;
        }

        var gains = best.Select(pair => pair.Result.Ensemble.Gain).ToList();
        var scores = Spread.Of(best.Select(pair => pair.Result.Ensemble.Score.Value))!;
        var helps = gains.All(gain => gain.Low > 0);
        var (mean, metric) = (gains.Average(gain => gain.Value), best.First().Pair.DefaultMetric);
        var text = helps
            ? MistakesWords.EnsembleHelps(target.Key, best.Key, metric, scores.Mean, mean, gains.Count) with
            {
                Action = MistakesWords.AverageOutputs(best.Key, best.First().Pair.First.IsMultiLabel),
            }
            : MistakesWords.NoEnsembleGain(target.Key, best.Key, metric, mean, gains.Max(gain => gain.High));
        return Create(
            text,
            helps ? RangeConfidence.Of(gains.Count) : Confidence.Low,
            [
                scores.Evidence($"{metric.Name} of the {best.Key} ensemble", metric.ScoreKey, "pairs"),
                .. Gains(best, gains),
            ]
        ) with
        {
            Question = Question.Ensemble,
        };
    }

    private static IEnumerable<Evidence> Gains(IGrouping<string, PairMistakes> kind, List<Estimate> gains)
    {
        var unit = kind.First().Pair.DefaultMetric.DifferenceUnit;
        if (gains.Count > 1)
        {
            yield return Spread
                .Of(gains.Select(gain => gain.Value))!
                .Evidence($"gain of the {kind.Key} ensemble over its better member", unit, "pairs");
        }

        var which = gains.Count == 1 ? "" : "least certain ";
        yield return gains
            .MinBy(gain => gain.Low)!
            .Evidence($"{which}gain over the better member, 95 % bootstrap interval over test images", unit);
    }
}
