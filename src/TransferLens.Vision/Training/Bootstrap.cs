using System.Collections.Immutable;
using TransferLens.Data;
using TransferLens.Studies;
using static TorchSharp.torch;

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

    /// <summary>The 95 % intervals of numbers that depend on nothing but how many pictures are of which kind.</summary>
    /// <param name="kinds">The kind of each picture, from 0; at least one picture.</param>
    /// <param name="number">Number of kinds.</param>
    /// <param name="statistics">From the number of pictures of each kind to the numbers; one that a resample leaves undefined is NaN there.</param>
    /// <param name="seed">Seed of the resampling; equal seeds draw the same pictures as <see cref="Interval"/>.</param>
    /// <param name="draws">Number of resamples.</param>
    /// <returns>The 2.5 % and 97.5 % quantiles of each number over the resamples that define it; NaN when none does.</returns>
    public static (double Low, double High)[] Intervals(
        IReadOnlyList<int> kinds, int number, Func<int[], double[]> statistics, uint seed = 0, int draws = 1000)
    {
        var random = new NumpyRandom(seed);
        var counts = new int[number];
        var drawn = new double[draws][];
        for (var draw = 0; draw < draws; draw++)
        {
            Array.Clear(counts);
            for (var i = 0; i < kinds.Count; i++)
            {
                counts[kinds[random.Below(kinds.Count)]]++;
            }

            drawn[draw] = statistics(counts);
        }

        return [.. Enumerable.Range(0, drawn[0].Length).Select(which =>
        {
            var defined = drawn.Select(values => values[which]).Where(double.IsFinite).Order().ToArray();
            return defined.Length == 0 ? (double.NaN, double.NaN) : (Quantile(defined, 0.025), Quantile(defined, 0.975));
        })];
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

            right[i] = best == labels[i] && !row.ContainsAnyExceptInRange(float.MinValue, float.MaxValue) ? 1 : 0;
        }

        return right;
    }

    /// <summary>The loss of every picture in nats; their mean is that of the evaluation.</summary>
    /// <param name="evaluation">What the network does.</param>
    /// <param name="labels">The pictures' labels.</param>
    /// <param name="loss">Which loss.</param>
    public static double[] Losses(Evaluation evaluation, ImmutableArray<int> labels, Loss loss = Loss.CrossEntropy)
    {
        using var scope = NewDisposeScope();
        var logits = tensor(evaluation.Logits, [evaluation.Examples, evaluation.Classes]).to(ScalarType.Float64);
        return Training.Losses.Each(loss, logits, tensor(labels.Select(label => (long)label).ToArray())).data<double>().ToArray();
    }

    /// <summary>A quantile, by linear interpolation between order statistics, as numpy.quantile does it.</summary>
    /// <param name="sorted">Values in increasing order, at least one.</param>
    /// <param name="share">Which, in [0, 1].</param>
    public static double Quantile(double[] sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var below = (int)position;
        return below + 1 < sorted.Length ? sorted[below] + ((position - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }
}
