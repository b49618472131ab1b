using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;

namespace TransferLens.Analyses.Mistakes;

/// <summary>
/// Which of the same test images two classifiers get wrong: both (common mistakes, and among them those with the same
/// wrong answer), only the first, only the second, none; the four counts add up to the number of images. An answer is
/// the largest logit, its confidence the softmax probability. Where images may show several labels, each label of each image is
/// a decision of its own, yes above probability 1/2, and decisions are counted instead of images.
/// Source: Neyshabur, Sedghi, Zhang 2020, section 3.2; error consistency: Geirhos, Meding, Wichmann 2020.
/// </summary>
/// <remarks>
/// Common mistakes alone grow with the error rates: independent classifiers that err on shares a and b err together on a b.
/// Error consistency takes that out. McNemar's test needs decisions that do not depend on each other, so of several labels it is done for
/// each. All intervals are over images; none says how other trainings would differ.
/// </remarks>
public static class MistakeComparison
{
    private const int Outcomes = 5;

    /// <summary>Compares two classifiers.</summary>
    /// <param name="first">What the first does on the images.</param>
    /// <param name="second">What the second does on the same images in the same order.</param>
    /// <param name="labels">What the images show.</param>
    /// <param name="seed">Seed of the bootstrap.</param>
    /// <exception cref="InputException">The two know different numbers of classes, saw different numbers of images, or none.</exception>
    public static MistakesResult Compare(
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
        var decisions = Enumerable
            .Range(0, labels.Count)
            .Select(i => Decisions.About(i, first, second, labels).ToList())
            .ToList();
        var (kinds, patterns) = Kinds(decisions);
        var counts = new int[patterns.Count];
        Array.ForEach(kinds, kind => counts[kind]++);
        var (values, all) = (Statistics(counts), Totals(counts, patterns));
        var intervals = Bootstrap.Intervals(kinds, patterns.Count, Statistics, seed);
        var scores = Decisions.Scores(first, second, labels);
        var better = scores[0].Value >= scores[1].Value ? 0 : 1;
        var together = Bootstrap.Numbers(scores, (sums, of) => [sums[2] / of, (sums[2] - sums[better]) / of], seed);
        var mistakes = decisions.SelectMany(one => one).ToList();
        var classes = Enumerable
            .Range(0, first.Classes)
            .Select(label =>
                Class(
                    label,
                    [.. mistakes.Where(one => one.Label == label).Select(one => one.Outcome)],
                    labels.IsMultiLabel
                )
            )
            .ToImmutableArray();
        return new(
            labels.Count,
            Share(all[(int)Outcome.OtherWrong] + all[(int)Outcome.SameWrong], 0),
            Share(all[(int)Outcome.OnlyFirst], 1),
            Share(all[(int)Outcome.OnlySecond], 2),
            Share(all[(int)Outcome.BothCorrect], 3),
            Share(all[(int)Outcome.SameWrong], 4),
            double.IsFinite(values[5]) ? Estimated(5) : null,
            labels.IsMultiLabel ? null : McNemar.Test(all[(int)Outcome.OnlyFirst], all[(int)Outcome.OnlySecond]),
            new(
                new(together[0].Value, together[0].Low, together[0].High),
                new(together[1].Value, together[1].Low, together[1].High)
            ),
            classes,
            MostConfidentFirst(mistakes.Where(one => one.Outcome == Outcome.OnlyFirst).Select(one => one.First)),
            MostConfidentFirst(mistakes.Where(one => one.Outcome == Outcome.OnlySecond).Select(one => one.Second))
        )
        {
            Decisions = labels.IsMultiLabel ? mistakes.Count : null,
            Difference = labels.IsMultiLabel ? Estimated(6) : null,
        };

        MistakeCount Share(int count, int which) =>
            double.IsFinite(values[which])
                ? new(count, values[which], intervals[which].Low, intervals[which].High)
                : new(count, null, null, null);

        Estimate Estimated(int which) => new(values[which], intervals[which].Low, intervals[which].High);

        double[] Statistics(int[] drawn) => MistakeComparison.Statistics(Totals(drawn, patterns));
    }

    // Images whose decisions came out alike are of one kind, and only their number counts.
    private static (int[] Kinds, List<int[]> Patterns) Kinds(List<List<Decision>> decisions)
    {
        var (known, patterns) = (new Dictionary<string, int>(StringComparer.Ordinal), new List<int[]>());
        int[] kinds =
        [
            .. decisions.Select(about =>
            {
                var tally = new int[Outcomes];
                about.ForEach(one => tally[(int)one.Outcome]++);
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

    // Shares of common, only first, only second, both correct, same answer among common; error consistency; mistakes of the first beyond those of the second.
    private static double[] Statistics(int[] counts)
    {
        // Whole numbers as long as possible, so that what is equal stays equal.
        var (n, onlyFirst, onlySecond, right) = (
            counts.Sum(),
            counts[(int)Outcome.OnlyFirst],
            counts[(int)Outcome.OnlySecond],
            counts[(int)Outcome.BothCorrect]
        );
        var common = n - onlyFirst - onlySecond - right;
        return
        [
            common / (double)n,
            onlyFirst / (double)n,
            onlySecond / (double)n,
            right / (double)n,
            common > 0 ? counts[(int)Outcome.SameWrong] / (double)common : double.NaN,
            Consistency(counts),
            (onlyFirst - onlySecond) / (double)n,
        ];
    }

    // Cohen's kappa of right and wrong; NaN where both are always right, or always wrong.
    private static double Consistency(int[] counts)
    {
        var (n, onlyFirst, onlySecond, right) = (
            counts.Sum(),
            counts[(int)Outcome.OnlyFirst],
            counts[(int)Outcome.OnlySecond],
            counts[(int)Outcome.BothCorrect]
        );
        var (common, first, second) = (n - onlyFirst - onlySecond - right, right + onlySecond, right + onlyFirst);
        var chance = (((double)first * second) + ((double)(n - first) * (n - second))) / n;
        return chance < n ? (common + right - chance) / (n - chance) : double.NaN;
    }

    private static ClassMistakes Class(int label, IReadOnlyList<Outcome> outcomes, bool many)
    {
        int[] counts = [.. Enumerable.Range(0, Outcomes).Select(outcome => outcomes.Count(one => (int)one == outcome))];
        var (onlyFirst, onlySecond, same) = (
            counts[(int)Outcome.OnlyFirst],
            counts[(int)Outcome.OnlySecond],
            counts[(int)Outcome.SameWrong]
        );
        var plain = new ClassMistakes(
            label,
            outcomes.Count,
            counts[(int)Outcome.OtherWrong] + same,
            onlyFirst,
            onlySecond,
            counts[(int)Outcome.BothCorrect],
            same
        );
        return !many
            ? plain
            : plain with
            {
                ErrorConsistency = Consistency(counts) is var found && double.IsFinite(found) ? found : null,
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
                $"The first network knows {first.Classes} classes and the second {second.Classes}; mistakes can be compared over the same classes only."
            );
        }

        if (labels.Count == 0 || first.Examples != labels.Count || second.Examples != labels.Count)
        {
            throw new InputException(
                $"The first network saw {first.Examples} images, the second {second.Examples}, and there are {labels.Count} labels; evaluate both on the same images, one at least."
            );
        }

        if (!labels.FitClasses(first.Classes))
        {
            throw new InputException(
                labels.IsMultiLabel
                    ? $"The images' labels are not the {first.Classes} that the networks know."
                    : $"The labels lie between {labels.Single.Min()} and {labels.Single.Max()}, but the networks know {first.Classes} classes; labels are from 0 to {first.Classes - 1}."
            );
        }
    }
}
