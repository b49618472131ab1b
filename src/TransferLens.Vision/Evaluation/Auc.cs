using System.Numerics;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// The area under the ROC curve of one label: the probability that a network gives an image that has the label a larger number
/// than one that has not, ties counting one half: AUC = U / (n+ n-), U = sum over such pairs of 1 where the first is larger and 1/2
/// where both are equal. Range: 0 to 1; 0.5 is chance. Source: Hanley and McNeil 1982; U: Mann and Whitney 1947.
/// </summary>
/// <remarks>
/// Only the order of the numbers counts, so logits and probabilities give the same. A number that is not finite loses every
/// comparison, whichever way it would have pointed, as an image with such a logit counts as wrong in accuracy. Sorts once, in
/// O(n log n); every resample after that takes O(n).
/// </remarks>
public sealed class Auc
{
    private readonly int[] order;
    private readonly bool[] positive;
    private readonly bool[] closes;

    private Auc(int[] order, bool[] positive, bool[] closes) =>
        (this.order, this.positive, this.closes) = (order, positive, closes);

    /// <summary>Sorts the images of one label.</summary>
    /// <param name="numbers">What the network says of each image; larger for yes.</param>
    /// <param name="positive">Whether each image has the label.</param>
    /// <exception cref="ArgumentException">There are not as many of one as of the other.</exception>
    public static Auc Of(ReadOnlySpan<float> numbers, ReadOnlySpan<bool> positive)
    {
        if (numbers.Length != positive.Length)
        {
            throw new ArgumentException(
                $"There are {numbers.Length} numbers and {positive.Length} answers; give one of each for every image.",
                nameof(positive)
            );
        }

        var (keys, order) = (new float[numbers.Length], new int[numbers.Length]);
        for (var i = 0; i < keys.Length; i++)
        {
            (keys[i], order[i]) = (
                float.IsFinite(numbers[i]) ? numbers[i]
                : positive[i] ? float.NegativeInfinity
                : float.PositiveInfinity,
                i
            );
        }

        Array.Sort(keys, order);
        var (sorted, closes) = (new bool[keys.Length], new bool[keys.Length]);
        for (var i = 0; i < keys.Length; i++)
        {
            (sorted[i], closes[i]) = (positive[order[i]], i + 1 == keys.Length || keys[i] != keys[i + 1]);
        }

        return new(order, sorted, closes);
    }

    /// <summary>The AUC with every image counted once; null where all images have the label or none has.</summary>
    public double? Value => Area(_ => 1L);

    /// <summary>The AUC of a resample.</summary>
    /// <param name="counts">How often each image was drawn, in the order they were given in.</param>
    /// <returns>The AUC; null where all drawn images have the label or none has.</returns>
    public double? Counted(int[] counts) => Area(image => (long)counts[image]);

    /// <summary>The AUC where each image counts with its own weight as one that has the label, and with another as one that has not.</summary>
    /// <param name="numbers">What the network says of each image.</param>
    /// <param name="yes">Weight as an image that has the label, at least 0; the rest up to 1 is its weight as one that has not.</param>
    /// <returns>The AUC; null where one side has no weight.</returns>
    public static double? Weighted(ReadOnlySpan<float> numbers, ReadOnlySpan<double> yes)
    {
        // Each image is two, one that has the label and one that has not.
        var (doubled, positive, weights) = (
            new float[2 * numbers.Length],
            new bool[2 * numbers.Length],
            new double[2 * numbers.Length]
        );
        for (var i = 0; i < numbers.Length; i++)
        {
            (doubled[2 * i], positive[2 * i], weights[2 * i]) = (numbers[i], true, yes[i]);
            (doubled[(2 * i) + 1], positive[(2 * i) + 1], weights[(2 * i) + 1]) = (numbers[i], false, 1 - yes[i]);
        }

        return Of(doubled, positive).Area(image => weights[image]);
    }

    private double? Area<T>(Func<int, T> weight)
        where T : INumber<T>
    {
        // Twice U, so that whole weights stay whole numbers.
        var (area, all, below, tied, here) = (0.0, T.Zero, T.Zero, T.Zero, T.Zero);
        for (var i = 0; i < order.Length; i++)
        {
            var one = weight(order[i]);
            (here, tied) = positive[i] ? (here + one, tied) : (here, tied + one);
            if (closes[i])
            {
                area += double.CreateChecked(here * (below + below + tied));
                (all, below, here, tied) = (all + here, below + tied, T.Zero, T.Zero);
            }
        }

        return all > T.Zero && below > T.Zero
            ? area / 2 / (double.CreateChecked(all) * double.CreateChecked(below))
            : null;
    }
}
