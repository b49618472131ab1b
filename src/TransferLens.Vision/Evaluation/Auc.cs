using System.Numerics;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// The area under the ROC curve of one label: the probability that a network gives an image that has the label a larger
/// number than one that has not, ties counting one half: AUC = U / (n+ n-), U = sum over such pairs of 1 where the
/// first is larger and 1/2 where both are equal. Range: 0 to 1; 0.5 is chance. Source: Hanley and McNeil 1982; U: Mann
/// and Whitney 1947.
/// </summary>
/// <remarks>
/// Only the order of the numbers counts, so logits and probabilities give the same. A number that is not finite loses
/// every comparison, whichever way it would have pointed, as an image with such a logit is incorrect in accuracy. Sorts
/// once, in O(n log n); every resample after that takes O(n).
/// </remarks>
public sealed class Auc
{
    private readonly int[] order;
    private readonly bool[] positive;
    private readonly bool[] closes;

    private Auc(int[] order, bool[] positive, bool[] closes) =>
        (this.order, this.positive, this.closes) = (order, positive, closes);

    /// <summary>The AUC with every image counted once; null where all images have the label or none has.</summary>
    public double? Value => Area(_ => 1L);

    /// <summary>Sorts the images of one label.</summary>
    /// <param name="numbers">The network's number for each image; larger for yes.</param>
    /// <param name="positive">Whether each image has the label.</param>
    /// <exception cref="ArgumentException">The two lengths differ.</exception>
    public static Auc Of(ReadOnlySpan<float> numbers, ReadOnlySpan<bool> positive)
    {
        var wide = new double[numbers.Length];
        for (var i = 0; i < wide.Length; i++)
        {
            wide[i] = numbers[i];
        }

        return Of(wide, positive);
    }

    /// <summary>Sorts the images of one label.</summary>
    /// <param name="numbers">The network's number for each image; larger for yes.</param>
    /// <param name="positive">Whether each image has the label.</param>
    /// <exception cref="ArgumentException">The two lengths differ.</exception>
    public static Auc Of(ReadOnlySpan<double> numbers, ReadOnlySpan<bool> positive)
    {
        if (numbers.Length != positive.Length)
        {
            throw new ArgumentException(
                $"There are {numbers.Length} numbers and {positive.Length} labels; give one of each for every image.",
                nameof(positive)
            );
        }

        var (keys, order) = (new double[numbers.Length], new int[numbers.Length]);
        for (var i = 0; i < keys.Length; i++)
        {
            (keys[i], order[i]) = (Comparable(numbers[i], positive[i]), i);
        }

        Array.Sort(keys, order);
        var (sorted, closes) = (new bool[keys.Length], new bool[keys.Length]);
        for (var i = 0; i < keys.Length; i++)
        {
            (sorted[i], closes[i]) = (positive[order[i]], i + 1 == keys.Length || keys[i] != keys[i + 1]);
        }

        return new(order, sorted, closes);
    }

    /// <summary>The AUC of a resample.</summary>
    /// <param name="counts">How often each image was drawn, in the order of the numbers.</param>
    /// <returns>The AUC; null where all drawn images have the label or none has.</returns>
    public double? Counted(int[] counts) => Area(image => (long)counts[image]);

    /// <summary>
    /// The AUC where each image counts partly as one that has the label and partly as one that has not.
    /// </summary>
    /// <param name="numbers">The network's number for each image.</param>
    /// <param name="yes">
    /// Weight as an image that has the label, in [0, 1]; the rest is its weight as one that has not.
    /// </param>
    /// <returns>The AUC; null where one side has no weight.</returns>
    public static double? Weighted(ReadOnlySpan<float> numbers, ReadOnlySpan<double> yes)
    {
        // Each image is two, one that has the label and one that has not.
        var doubled = new double[2 * numbers.Length];
        var (positive, weights) = (new bool[doubled.Length], new double[doubled.Length]);
        for (var i = 0; i < numbers.Length; i++)
        {
            var (one, other) = (2 * i, (2 * i) + 1);
            (doubled[one], positive[one], weights[one]) = (numbers[i], true, yes[i]);
            (doubled[other], positive[other], weights[other]) = (numbers[i], false, 1 - yes[i]);
        }

        return Of(doubled, positive).Area(image => weights[image]);
    }

    private static double Comparable(double number, bool positive) =>
        (double.IsFinite(number), positive) switch
        {
            (true, _) => number,
            (false, true) => double.NegativeInfinity,
            (false, false) => double.PositiveInfinity,
        };

    private double? Area<T>(Func<int, T> weight)
        where T : INumber<T>
    {
        // Twice U, so that whole weights stay whole numbers. The last two are of the numbers that tie with the current
        // one.
        var (area, positives, negatives, tiedPositives, tiedNegatives) = (0.0, T.Zero, T.Zero, T.Zero, T.Zero);
        for (var i = 0; i < order.Length; i++)
        {
            var one = weight(order[i]);
            (tiedPositives, tiedNegatives) = positive[i]
                ? (tiedPositives + one, tiedNegatives)
                : (tiedPositives, tiedNegatives + one);
            if (closes[i])
            {
                area += double.CreateChecked(tiedPositives * (negatives + negatives + tiedNegatives));
                (positives, negatives) = (positives + tiedPositives, negatives + tiedNegatives);
                (tiedPositives, tiedNegatives) = (T.Zero, T.Zero);
            }
        }

        return positives > T.Zero && negatives > T.Zero
            ? area / 2 / (double.CreateChecked(positives) * double.CreateChecked(negatives))
            : null;
    }
}
