using System.Collections.Immutable;
using TransferLens.Data;

namespace TransferLens.Training;

/// <summary>
/// Percentile bootstrap over test examples (Efron 1979): how far a mean would move with another draw of test pictures.
/// It says nothing about the spread between trainings.
/// </summary>
public static class Bootstrap
{
    /// <summary>The 95 % interval of the mean of some values.</summary>
    /// <param name="values">One value a picture; at least one.</param>
    /// <param name="seed">Seed of the resampling.</param>
    /// <param name="draws">Number of resamples.</param>
    /// <returns>The 2.5 % and 97.5 % quantiles of the resampled means.</returns>
    public static (double Low, double High) Interval(IReadOnlyList<double> values, uint seed = 0, int draws = 1000)
    {
        var random = new NumpyRandom(seed);
        var means = new double[draws];
        for (var draw = 0; draw < draws; draw++)
        {
            var sum = 0.0;
            for (var i = 0; i < values.Count; i++)
            {
                sum += values[random.Below(values.Count)];
            }

            means[draw] = sum / values.Count;
        }

        Array.Sort(means);
        return (Quantile(means, 0.025), Quantile(means, 0.975));
    }

    /// <summary>1 for every picture that the network gets right, 0 for the others.</summary>
    /// <param name="evaluation">What the network does.</param>
    /// <param name="labels">The pictures' labels.</param>
    public static double[] Right(Evaluation evaluation, ImmutableArray<int> labels)
    {
        var right = new double[evaluation.Examples];
        for (var i = 0; i < right.Length; i++)
        {
            var row = evaluation.Logits.AsSpan(i * evaluation.Classes, evaluation.Classes);
            var best = 0;
            for (var c = 1; c < row.Length; c++)
            {
                best = row[c] > row[best] ? c : best;
            }

            right[i] = best == labels[i] ? 1 : 0;
        }

        return right;
    }

    // Linear interpolation between order statistics, as numpy.quantile does it.
    private static double Quantile(double[] sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var below = (int)position;
        return below + 1 < sorted.Length ? sorted[below] + ((position - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }
}
