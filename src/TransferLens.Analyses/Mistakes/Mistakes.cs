using System.Collections.Immutable;
using TransferLens.Training;

namespace TransferLens.Analyses;

/// <summary>
/// Which of the same test pictures two classifiers get wrong: both (common mistakes, and among them those with the same
/// wrong answer), only the first, only the second, none; the four counts add up to the number of pictures. An answer is
/// the largest logit, its confidence the softmax probability.
/// Source: Neyshabur, Sedghi, Zhang 2020, section 3.2; error consistency: Geirhos, Meding, Wichmann 2020.
/// </summary>
/// <remarks>
/// Common mistakes alone grow with the error rates: independent classifiers that err on shares a and b err together on a b.
/// Error consistency takes that out. All intervals are over pictures; none says how other trainings would differ.
/// </remarks>
public static class Mistakes
{
    // What can happen to a picture; the first bit of a kind says whether the ensemble is right.
    private const int BothCorrect = 0, OnlyFirst = 1, OnlySecond = 2, OtherWrong = 3, SameWrong = 4, Outcomes = 5;

    /// <summary>Compares two classifiers.</summary>
    /// <param name="first">What the first does on the pictures.</param>
    /// <param name="second">What the second does on the same pictures in the same order.</param>
    /// <param name="labels">The pictures' labels.</param>
    /// <param name="seed">Seed of the bootstrap.</param>
    /// <exception cref="InputException">The two know different numbers of classes, saw different numbers of pictures, or none.</exception>
    public static MistakesResult Compare(Evaluation first, Evaluation second, ImmutableArray<int> labels, uint seed = 0)
    {
        Check(first, second, labels);
        var (kinds, onlyFirst, onlySecond) = (new int[labels.Length], new List<Mistake>(), new List<Mistake>());
        var classes = Enumerable.Range(0, first.Classes).Select(_ => new int[Outcomes]).ToArray();
        for (var i = 0; i < labels.Length; i++)
        {
            var (a, b, label) = (Answer.Of(first, i), Answer.Of(second, i), labels[i]);
            var outcome = (a.Label == label, b.Label == label) switch
            {
                (true, true) => BothCorrect,
                (false, true) => OnlyFirst,
                (true, false) => OnlySecond,
                _ => a.Label == b.Label ? SameWrong : OtherWrong,
            };
            kinds[i] = (2 * outcome) + (Answer.Together(a, b) == label ? 1 : 0);
            classes[label][outcome]++;
            if (outcome is OnlyFirst or OnlySecond)
            {
                var (list, answer) = outcome == OnlyFirst ? (onlyFirst, a) : (onlySecond, b);
                list.Add(new(i, label, answer.Label, answer.Confidence));
            }
        }

        var counts = new int[2 * Outcomes];
        foreach (var kind in kinds)
        {
            counts[kind]++;
        }

        var firstIsBetter = Count(counts, OnlyFirst) <= Count(counts, OnlySecond);
        var values = Statistics(counts, firstIsBetter);
        var intervals = Bootstrap.Intervals(kinds, 2 * Outcomes, drawn => Statistics(drawn, firstIsBetter), seed);
        return new(
            labels.Length, Share(Count(counts, OtherWrong) + Count(counts, SameWrong), 0), Share(Count(counts, OnlyFirst), 1),
            Share(Count(counts, OnlySecond), 2), Share(Count(counts, BothCorrect), 3), Share(Count(counts, SameWrong), 4),
            double.IsFinite(values[5]) ? Estimated(5) : null, McNemar.Test(Count(counts, OnlyFirst), Count(counts, OnlySecond)), new(Estimated(6), Estimated(7)),
            [.. classes.Select((c, label) => new ClassMistakes(label, c.Sum(), c[OtherWrong] + c[SameWrong], c[OnlyFirst], c[OnlySecond], c[BothCorrect], c[SameWrong]))],
            MostConfidentFirst(onlyFirst), MostConfidentFirst(onlySecond));

        MistakeCount Share(int count, int which) => double.IsFinite(values[which])
            ? new(count, values[which], intervals[which].Low, intervals[which].High) : new(count, null, null, null);

        Estimate Estimated(int which) => new(values[which], intervals[which].Low, intervals[which].High);
    }

    // Shares of common, only first, only second, both correct, same answer among common; error consistency; ensemble, its gain.
    private static double[] Statistics(int[] counts, bool firstIsBetter)
    {
        // Whole numbers as long as possible, so that what is equal stays equal.
        var (n, onlyFirst, onlySecond, right) = (counts.Sum(), Count(counts, OnlyFirst), Count(counts, OnlySecond), Count(counts, BothCorrect));
        var (common, first, second) = (n - onlyFirst - onlySecond - right, right + onlySecond, right + onlyFirst);
        var chance = (((double)first * second) + ((double)(n - first) * (n - second))) / n;
        var ensemble = Enumerable.Range(0, Outcomes).Sum(outcome => counts[(2 * outcome) + 1]);
        return
        [
            common / (double)n, onlyFirst / (double)n, onlySecond / (double)n, right / (double)n,
            common > 0 ? Count(counts, SameWrong) / (double)common : double.NaN,
            chance < n ? (common + right - chance) / (n - chance) : double.NaN,
            ensemble / (double)n, (ensemble - (firstIsBetter ? first : second)) / (double)n,
        ];
    }

    private static int Count(int[] counts, int outcome) => counts[2 * outcome] + counts[(2 * outcome) + 1];

    private static ImmutableArray<Mistake> MostConfidentFirst(List<Mistake> mistakes) =>
        [.. mistakes.OrderByDescending(mistake => mistake.Confidence ?? -1).ThenBy(mistake => mistake.Picture)];

    private static void Check(Evaluation first, Evaluation second, ImmutableArray<int> labels)
    {
        if (first.Classes != second.Classes)
        {
            throw new InputException($"The first network knows {first.Classes} classes and the second {second.Classes}; mistakes can be compared over the same classes only.");
        }

        if (labels.Length == 0 || first.Examples != labels.Length || second.Examples != labels.Length)
        {
            throw new InputException($"The first network saw {first.Examples} pictures, the second {second.Examples}, and there are {labels.Length} labels; evaluate both on the same pictures, one at least.");
        }

        if (labels.Any(label => label < 0 || label >= first.Classes))
        {
            throw new InputException($"The labels lie between {labels.Min()} and {labels.Max()}, but the networks know {first.Classes} classes; labels are from 0 to {first.Classes - 1}.");
        }
    }
}
