using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;

namespace TransferLens.Analyses.Mistakes;

/// <summary>
/// Which of the same test images two classifiers get wrong: both (common mistakes, and among them those with the same
/// wrong prediction), only the first, only the second, or neither; the four counts add up to the number of images. A
/// prediction is the largest logit, its confidence the softmax probability. On multi-label images each label of each
/// image is a decision (yes above probability 1/2), and decisions are counted instead of images. Source: Neyshabur,
/// Sedghi, Zhang 2020, section 3.2; error consistency: Geirhos, Meding, Wichmann 2020.
/// </summary>
/// <remarks>
/// Common mistakes grow with the error rates alone: independent classifiers with error rates a and b share a share a b
/// of mistakes. Error consistency removes that effect. McNemar's test needs independent decisions, so on multi-label
/// images it is done for each label. All intervals are over images; none covers the spread between training runs.
/// </remarks>
public static class MistakeComparison
{
    private const int Outcomes = 5;

    private enum Statistic
    {
        Common,
        OnlyFirst,
        OnlySecond,
        BothCorrect,
        SameWrong,
        Consistency,
        Difference,
    }

    /// <summary>Compares two classifiers.</summary>
    /// <param name="first">The evaluation of the first on the images.</param>
    /// <param name="second">The evaluation of the second on the same images in the same order.</param>
    /// <param name="labels">The images' labels.</param>
    /// <param name="seed">Seed of the bootstrap.</param>
    /// <exception cref="InputException">
    /// The numbers of classes or of images differ, or there are no images.
    /// </exception>
    public static MistakesResult Compare(
        EvaluationResult first,
        EvaluationResult second,
        ImageLabels labels,
        uint seed = 0
    ) => Measure(first, second, labels, seed).Result;

    /// <summary>The same, with the scores of the pair that means over pairs are judged by.</summary>
    internal static (MistakesResult Result, PairScores Scores) Measure(
        EvaluationResult first,
        EvaluationResult second,
        ImageLabels labels,
        uint seed = 0
    )
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(labels);
        Check(first, second, labels);
        var byImage = Enumerable
            .Range(0, labels.Count)
            .Select(i => Decisions.About(i, first, second, labels).ToList())
            .ToList();
        var (kinds, patterns) = Kinds(byImage);
        var counts = new int[patterns.Count];
        Array.ForEach(kinds, kind => counts[kind]++);
        var (values, totals) = (Statistics(counts), Totals(counts, patterns));
        var intervals = Bootstrap.Intervals(kinds, patterns.Count, Statistics, seed);
        var decisions = byImage.SelectMany(one => one).ToList();
        var consistency = double.IsFinite(values[(int)Statistic.Consistency]);
        var scores = Decisions.Scores(first, second, labels);
        var result = new MistakesResult(
            labels.Count,
            Count(totals[(int)Outcome.OtherWrong] + totals[(int)Outcome.SameWrong], Statistic.Common),
            Count(totals[(int)Outcome.OnlyFirst], Statistic.OnlyFirst),
            Count(totals[(int)Outcome.OnlySecond], Statistic.OnlySecond),
            Count(totals[(int)Outcome.BothCorrect], Statistic.BothCorrect),
            Count(totals[(int)Outcome.SameWrong], Statistic.SameWrong),
            consistency ? Estimated(Statistic.Consistency) : null,
            labels.IsMultiLabel ? null : McNemar.Test(totals[(int)Outcome.OnlyFirst], totals[(int)Outcome.OnlySecond]),
            Ensemble(scores, seed),
            [.. Enumerable.Range(0, first.Classes).Select(label => Class(label, decisions, labels.IsMultiLabel))],
            MostConfidentFirst(decisions.Where(one => one.Outcome == Outcome.OnlyFirst).Select(one => one.First)),
            MostConfidentFirst(decisions.Where(one => one.Outcome == Outcome.OnlySecond).Select(one => one.Second))
        )
        {
            Decisions = labels.IsMultiLabel ? decisions.Count : null,
            Difference = labels.IsMultiLabel ? Estimated(Statistic.Difference) : null,
        };
        return (result, new(new ErrorConsistency(kinds, patterns), scores[^1]));

        MistakeCount Count(int count, Statistic statistic) =>
            double.IsFinite(values[(int)statistic])
                ? new(count, values[(int)statistic], intervals[(int)statistic].Low, intervals[(int)statistic].High)
                : new(count, null, null, null);

        Estimate Estimated(Statistic statistic) =>
            new(values[(int)statistic], intervals[(int)statistic].Low, intervals[(int)statistic].High);

        double[] Statistics(int[] drawn) => MistakeComparison.Statistics(Totals(drawn, patterns));
    }

    private static PairEnsemble Ensemble(ImageScore[] scores, uint seed)
    {
        var better = scores[0].Value >= scores[1].Value ? 0 : 1;
        var numbers = Bootstrap.Numbers(scores, Statistics, seed);
        return new(At(0), At(1), At(2));

        double[] Statistics(double[] sums, double of) =>
            [sums[2] / of, (sums[2] - sums[better]) / of, ((2 * sums[2]) - sums[0] - sums[1]) / (2 * of)];

        Estimate At(int which) => new(numbers[which].Value, numbers[which].Low, numbers[which].High);
    }

    // Images with the same outcomes are of one kind, so that the bootstrap only draws numbers of each kind.
    private static (int[] Kinds, List<int[]> Patterns) Kinds(List<List<Decision>> byImage)
    {
        var (known, patterns) = (new Dictionary<string, int>(StringComparer.Ordinal), new List<int[]>());
        int[] kinds =
        [
            .. byImage.Select(decisions =>
            {
                var tally = new int[Outcomes];
                decisions.ForEach(one => tally[(int)one.Outcome]++);
                var key = string.Join(' ', tally);
                if (known.TryAdd(key, patterns.Count))
                {
                    patterns.Add(tally);
                }

                return known[key];
            }),
        ];
        return (kinds, patterns);
    }

    private static int[] Totals(int[] drawn, List<int[]> patterns)
    {
        var totals = new int[Outcomes];
        for (var kind = 0; kind < drawn.Length; kind++)
        {
            for (var outcome = 0; outcome < Outcomes; outcome++)
            {
                totals[outcome] += drawn[kind] * patterns[kind][outcome];
            }
        }

        return totals;
    }

    // The values of all statistics, in the order of the enumeration.
    private static double[] Statistics(int[] counts)
    {
        // Integers as long as possible, so that equal values stay exactly equal.
        var (n, onlyFirst, onlySecond, correct) = (
            counts.Sum(),
            counts[(int)Outcome.OnlyFirst],
            counts[(int)Outcome.OnlySecond],
            counts[(int)Outcome.BothCorrect]
        );
        var common = n - onlyFirst - onlySecond - correct;
        return
        [
            common / (double)n,
            onlyFirst / (double)n,
            onlySecond / (double)n,
            correct / (double)n,
            common > 0 ? counts[(int)Outcome.SameWrong] / (double)common : double.NaN,
            Consistency(counts),
            (onlyFirst - onlySecond) / (double)n,
        ];
    }

    // Cohen's kappa of correct and wrong; NaN when both are always correct or always wrong.
    private static double Consistency(int[] counts)
    {
        var (n, onlyFirst, onlySecond, correct) = (
            counts.Sum(),
            counts[(int)Outcome.OnlyFirst],
            counts[(int)Outcome.OnlySecond],
            counts[(int)Outcome.BothCorrect]
        );
        var common = n - onlyFirst - onlySecond - correct;
        var (first, second) = (correct + onlySecond, correct + onlyFirst);
        var chance = (((double)first * second) + ((double)(n - first) * (n - second))) / n;
        return chance < n ? (common + correct - chance) / (n - chance) : double.NaN;
    }

    // The error consistency on a resample; the images that it draws are those of every other score.
    private sealed class ErrorConsistency(int[] kinds, List<int[]> patterns) : ImageScore
    {
        public override double Value => Consistency(Totals([.. Enumerable.Repeat(1, Count)]));

        public override int Count => kinds.Length;

        protected internal override double Resample(int[] drawn, int[] counts) => Consistency(Totals(counts));

        private int[] Totals(int[] counts)
        {
            var tally = new int[patterns.Count];
            for (var image = 0; image < counts.Length; image++)
            {
                tally[kinds[image]] += counts[image];
            }

            return MistakeComparison.Totals(tally, patterns);
        }
    }

    private static ClassMistakes Class(int label, List<Decision> decisions, bool isMultiLabel)
    {
        var outcomes = decisions.Where(one => one.Label == label).Select(one => one.Outcome).ToList();
        int[] counts = [.. Enumerable.Range(0, Outcomes).Select(outcome => outcomes.Count(one => (int)one == outcome))];
        var (onlyFirst, onlySecond, same) = (
            counts[(int)Outcome.OnlyFirst],
            counts[(int)Outcome.OnlySecond],
            counts[(int)Outcome.SameWrong]
        );
        var mistakes = new ClassMistakes(
            label,
            outcomes.Count,
            counts[(int)Outcome.OtherWrong] + same,
            onlyFirst,
            onlySecond,
            counts[(int)Outcome.BothCorrect],
            same
        );
        var consistency = Consistency(counts);
        return !isMultiLabel
            ? mistakes
            : mistakes with
            {
                ErrorConsistency = double.IsFinite(consistency) ? consistency : null,
                McNemar = McNemar.Test(onlyFirst, onlySecond),
            };
    }

    private static ImmutableArray<Mistake> MostConfidentFirst(IEnumerable<Mistake> mistakes) =>
        [.. mistakes.OrderByDescending(mistake => mistake.Confidence ?? -1).ThenBy(mistake => mistake.Image)];

    private static void Check(EvaluationResult first, EvaluationResult second, ImageLabels labels)
    {
        if (first.Classes != second.Classes)
        {
            throw new InputException(
                $"The first network has {first.Classes} classes and the second {second.Classes}; "
                    + "compare networks with the same classes."
            );
        }

        if (labels.Count == 0 || first.Examples != labels.Count || second.Examples != labels.Count)
        {
            throw new InputException(
                $"The first network was evaluated on {first.Examples} images and the second on {second.Examples}, "
                    + $"and there are {labels.Count} labels; evaluate both on the same images, at least one."
            );
        }

        if (!labels.FitClasses(first.Classes))
        {
            throw new InputException(
                labels.IsMultiLabel
                    ? $"The images do not have the {first.Classes} labels that the networks predict."
                    : $"The labels range from {labels.Single.Min()} to {labels.Single.Max()}, "
                        + $"but the networks have {first.Classes} classes: 0 to {first.Classes - 1}."
            );
        }
    }
}
