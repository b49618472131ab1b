using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.Mistakes;

/// <summary>Words for <see cref="MistakeComparison"/>: do trainings from P make the same mistakes, is P-T better, does an ensemble help.</summary>
internal static class MistakesFindings
{
    private const double Significant = 0.05;

    /// <summary>At most three findings a target; pairs with a diverged training say nothing.</summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<PairMistakes> pairs) =>
        [
            .. pairs
                .Where(pair => !pair.Diverged)
                .GroupBy(pair => pair.Pair.First.Target)
                .SelectMany(target => Finding.On(target.Key, Alike(target), Better(target), Ensemble(target))),
        ];

    private static Finding? Alike(IGrouping<string, PairMistakes> target)
    {
        var (pretrained, random) = (
            target.Where(pair => pair.Pair.BothPretrained).ToList(),
            target.Where(pair => pair.Pair.BothRandom).ToList()
        );
        if (Consistency(pretrained) is not { } first || Consistency(random) is not { } second)
        {
            return null;
        }

        var what = Things(target);
        var numbers = $"error consistency {first.Mean:0.00} against {second.Mean:0.00}";
        var sentence =
            first.Low > second.High
                ? $"On {target.Key} two fine-tuned trainings get more often the same {what} wrong than two trainings from random weights, as the paper finds: {numbers}."
            : second.Low > first.High
                ? $"On {target.Key} two fine-tuned trainings get less often the same {what} wrong than two trainings from random weights, unlike what the paper finds: {numbers}."
            : $"No difference was seen on {target.Key} in how often two fine-tuned trainings and two trainings from random weights get the same {what} wrong: {numbers}.";
        return new(
            "mistakes",
            sentence,
            Spread.Between(first, second),
            [
                Evidence("error consistency of two P-T", pretrained, first),
                Evidence("error consistency of two RI-T", random, second),
                .. Overlap("two P-T", pretrained),
                .. Overlap("two RI-T", random),
            ]
        );
    }

    // One pair has no range over pairs; its interval over images stands in for it.
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
            ? [overlap.Evidence($"mistakes of {which} that are common", "%", "pairs")]
            : [];

    private static Finding? Better(IGrouping<string, PairMistakes> target)
    {
        var mixed = target.Where(pair => pair.Mixed).ToList();
        if (mixed.Count == 0)
        {
            return null;
        }

        if (mixed[0].Result.Difference is not null)
        {
            return BetterOnLabels(target.Key, mixed);
        }

        var (fewer, more) = (
            mixed.Count(pair => Differs(pair) && Gap(pair) < 0),
            mixed.Count(pair => Differs(pair) && Gap(pair) > 0)
        );
        var sentence =
            fewer == mixed.Count
                ? $"Fine-tuned trainings make fewer mistakes on {target.Key} than trainings from random weights; McNemar's test says so for {Every(mixed.Count)}."
            : more == mixed.Count
                ? $"Fine-tuned trainings make more mistakes on {target.Key} than trainings from random weights; McNemar's test says so for {Every(mixed.Count)}."
            : fewer + more == 0
                ? $"No difference was seen on {target.Key} between the numbers of mistakes of fine-tuned trainings and of trainings from random weights: McNemar's test sees none in {(mixed.Count == 1 ? "the one pair" : $"any of {mixed.Count} pairs")}."
            : $"Pairs disagree on {target.Key} on whether fine-tuned trainings make fewer mistakes than trainings from random weights: by McNemar's test they do in {fewer} of {mixed.Count} pairs and make more in {more}.";
        var gaps = Spread.Of(mixed.Select(pair => 100 * Gap(pair) / (double)pair.Result.Examples))!;
        return new(
            "mistakes",
            sentence,
            fewer != mixed.Count && more != mixed.Count ? Confidence.Low : ConfidenceRule.Of(Fewest(mixed)),
            [
                .. Tests([.. mixed.Select(pair => pair.Result.McNemar!.P)]),
                gaps.Evidence("mistakes of P-T beyond those of RI-T, share of test images", "%", "pairs"),
            ]
        );
    }

    // Decisions about one image hang together, so that McNemar's test does not hold for all labels at once: the interval draws whole images.
    private static Finding BetterOnLabels(string target, List<PairMistakes> mixed)
    {
        var beyond = mixed.Select(pair => Beyond(pair)).ToList();
        var (fewer, more) = (beyond.Count(one => one.IsNegative), beyond.Count(one => one.IsPositive));
        var sentence =
            fewer == mixed.Count
                ? $"Fine-tuned trainings make fewer wrong decisions on {target} than trainings from random weights, beyond what the test images leave uncertain, in {Every(mixed.Count)}."
            : more == mixed.Count
                ? $"Fine-tuned trainings make more wrong decisions on {target} than trainings from random weights, beyond what the test images leave uncertain, in {Every(mixed.Count)}."
            : fewer + more == 0
                ? $"No difference was seen on {target} between the numbers of wrong decisions of fine-tuned trainings and of trainings from random weights, in {(mixed.Count == 1 ? "the one pair" : $"any of {mixed.Count} pairs")}."
            : $"Pairs disagree on {target} on whether fine-tuned trainings make fewer wrong decisions than trainings from random weights: they do in {fewer} of {mixed.Count} pairs and make more in {more}, beyond what the test images leave uncertain.";
        return new(
            "mistakes",
            sentence,
            fewer != mixed.Count && more != mixed.Count ? Confidence.Low : ConfidenceRule.Of(Fewest(mixed)),
            [
                .. PairEvidence.Of(
                    "wrong decisions of P-T beyond those of RI-T, share of all",
                    "points",
                    "95 % bootstrap interval over test images",
                    [
                        .. mixed.Zip(beyond, (pair, one) =>
                            (pair.Pair.Label, new Estimate(100 * one.Value, 100 * one.Low, 100 * one.High))
                        ),
                    ]
                ),
            ]
        );
    }

    // Wrong decisions of the training from P beyond those of the other, as a share.
    private static Estimate Beyond(PairMistakes pair)
    {
        var difference = pair.Result.Difference!;
        return pair.Pair.First.Initialization == Initialization.Pretrained
            ? difference
            : new(-difference.Value, -difference.High, -difference.Low);
    }

    private static string Things(IEnumerable<PairMistakes> pairs) =>
        pairs.First().Result.Decisions is null ? "images" : "decisions";

    private static IEnumerable<Evidence> Tests(ImmutableArray<double> p) =>
        p.Length == 1
            ? [new("p of McNemar's exact test", p[0], null, null, "")]
            :
            [
                new($"smallest p of McNemar's exact test, {p.Length} pairs of P-T and RI-T", p.Min(), null, null, ""),
                new("largest p", p.Max(), null, null, ""),
            ];

    // Pairs share trainings: two and two make four pairs, but no more than two trainings of a kind.
    private static int Fewest(List<PairMistakes> mixed) =>
        mixed
            .SelectMany(pair => new[] { pair.Pair.First, pair.Pair.Second! })
            .DistinctBy(run => run.Label)
            .GroupBy(run => run.Initialization)
            .Min(kind => kind.Count());

    private static string Every(int count) => count == 1 ? "the one pair" : $"every one of {count} pairs";

    private static bool Differs(PairMistakes pair) => pair.Result.McNemar!.P < Significant;

    // Mistakes of the training from P beyond those of the other; common ones cancel.
    private static int Gap(PairMistakes pair) =>
        (pair.Pair.First.Initialization == Initialization.Pretrained ? 1 : -1)
        * (pair.Result.OnlyFirst.Count - pair.Result.OnlySecond.Count);

    private static Finding? Ensemble(IGrouping<string, PairMistakes> target)
    {
        var best = target
            .GroupBy(pair => pair.Pair.Kind)
            .MaxBy(kind => kind.Average(pair => pair.Result.Ensemble.Score.Value));
        if (best is null)
        {
            return null;
        }

        var (gains, accuracies) = (
            best.Select(pair => pair.Result.Ensemble.Gain).ToList(),
            Spread.Of(best.Select(pair => pair.Result.Ensemble.Score.Value))!
        );
        var (mean, helps, least) = (
            gains.Average(gain => gain.Value),
            gains.All(gain => gain.Low > 0),
            gains.MinBy(gain => gain.Low)!
        );
        var metric = best.First().Pair.DefaultMetric;
        var (outputs, reach) = (
            best.First().Pair.First.IsMultiLabel ? "probabilities" : "softmax outputs",
            metric.Reach
        );
        var how = gains.Count == 1 ? "the pair's" : "every pair's";
        var sentence = helps
            ? $"Averaging the {outputs} of two trainings helps on {target.Key}: {best.Key} together {reach} {metric.Number(accuracies.Mean)}, {metric.Difference(mean)} above the better of the two, beyond what {how} interval over test images leaves uncertain."
            : $"No clear gain was seen on {target.Key} from averaging the {outputs} of two trainings: the best kind of pair, {best.Key}, together lies {metric.Difference(Math.Abs(mean))} {(mean < 0 ? "below" : "above")} the better of the two.";
        return new(
            "mistakes",
            sentence,
            helps ? ConfidenceRule.Of(gains.Count) : Confidence.Low,
            [
                accuracies.Evidence($"{metric.Name} of {best.Key} together", metric.ScoreKey, "pairs"),
                .. gains.Count == 1
                    ? (Evidence[])[]
                    :
                    [
                        Spread
                            .Of(gains.Select(gain => gain.Value))!
                            .Evidence($"gain of {best.Key} over the better of the two", metric.DifferenceUnit, "pairs"),
                    ],
                new(
                    gains.Count == 1
                        ? "gain over the better of the two, 95 % bootstrap interval over test images"
                        : "least certain gain over the better of the two, 95 % bootstrap interval over test images",
                    least.Value,
                    least.Low,
                    least.High,
                    metric.DifferenceUnit
                ),
            ],
            helps
                ? $"Where two forward passes are affordable, average the {outputs} of {best.Key} on {target.Key}."
                : $"Do not count on an ensemble of two on {target.Key}; more test images would show whether there is a small gain."
        )
        {
            Question = Question.Ensemble,
        };
    }
}
