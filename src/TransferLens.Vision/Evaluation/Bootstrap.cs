using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Images;
using TransferLens.Vision.Randomness;
using static TorchSharp.torch;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// Percentile bootstrap over test examples (Efron 1979): how far a score would move with another draw of test
/// images. It does not cover the spread between training runs.
/// </summary>
public static class Bootstrap
{
    /// <summary>The 95 % interval of the mean of some values.</summary>
    /// <param name="values">One value per image; at least one.</param>
    /// <param name="seed">Seed of the resampling.</param>
    /// <param name="draws">Number of resamples.</param>
    /// <returns>The 2.5 % and 97.5 % quantiles of the resampled means.</returns>
    public static (double Low, double High) Interval(IReadOnlyList<double> values, uint seed = 0, int draws = 1000)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Interval(new ImageMean([.. values]), seed, draws);
    }

    /// <summary>The 95 % interval of a score over images.</summary>
    /// <param name="score">The score.</param>
    /// <param name="seed">Seed of the resampling.</param>
    /// <param name="draws">Number of resamples.</param>
    /// <returns>The 2.5 % and 97.5 % quantiles over the resamples that leave the score defined.</returns>
    public static (double Low, double High) Interval(ImageScore score, uint seed = 0, int draws = 1000)
    {
        ArgumentNullException.ThrowIfNull(score);
        return Ends(Resampled([score], seed, draws)[0]);
    }

    /// <summary>Several scores on the same resamples.</summary>
    /// <param name="scores">At least one; all on the same images.</param>
    /// <param name="seed">Seed of the resampling; equal seeds draw the same images.</param>
    /// <param name="draws">Number of resamples.</param>
    /// <returns>By score and draw; NaN where a resample leaves the score undefined.</returns>
    public static double[][] Resampled(IReadOnlyList<ImageScore> scores, uint seed = 0, int draws = 1000) =>
        Resampled(scores, seed, draws, (score, drawn, counts) => score.Resample(drawn, counts));

    private static double[][] Resampled(
        IReadOnlyList<ImageScore> scores,
        uint seed,
        int draws,
        Func<ImageScore, int[], int[], double> of
    )
    {
        ArgumentNullException.ThrowIfNull(scores);
        var (random, count) = (new NumpyRandom(seed), scores[0].Count);
        var (drawn, counts) = (new int[count], new int[count]);
        var values = scores.Select(_ => new double[draws]).ToArray();
        for (var draw = 0; draw < draws; draw++)
        {
            Array.Clear(counts);
            for (var i = 0; i < count; i++)
            {
                counts[drawn[i] = random.Below(count)]++;
            }

            for (var one = 0; one < values.Length; one++)
            {
                values[one][draw] = of(scores[one], drawn, counts);
            }
        }

        return values;
    }

    /// <summary>Numbers made from several scores on the same images, each with its 95 % interval.</summary>
    /// <param name="scores">At least one; all on the same images and by one metric.</param>
    /// <param name="statistics">
    /// From the scores' numerators, and their common denominator, to the numbers.
    /// </param>
    /// <param name="seed">Seed of the resampling; equal seeds draw the same images.</param>
    /// <param name="draws">Number of resamples.</param>
    /// <returns>Each number on all images, and its quantiles over the resamples that define it.</returns>
    public static (double Value, double Low, double High)[] Numbers(
        IReadOnlyList<ImageScore> scores,
        Func<double[], double, double[]> statistics,
        uint seed = 0,
        int draws = 1000
    )
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(statistics);
        int[] every = [.. Enumerable.Range(0, scores[0].Count)];
        var values = statistics(
            [.. scores.Select(score => score.Numerator(every, [.. every.Select(_ => 1)]))],
            scores[0].Denominator(every.Length)
        );
        var sums = Resampled(scores, seed, draws, (score, drawn, counts) => score.Numerator(drawn, counts));
        var resampled = Enumerable
            .Range(0, draws)
            .Select(draw => statistics([.. sums.Select(of => of[draw])], scores[0].Denominator(every.Length)))
            .ToArray();
        return
        [
            .. values.Select(
                (value, which) =>
                {
                    var (low, high) = Ends([.. resampled.Select(numbers => numbers[which])]);
                    return (value, low, high);
                }
            ),
        ];
    }

    /// <summary>
    /// The 2.5 % and 97.5 % quantiles of resampled numbers, those that are undefined left out; NaN where all are.
    /// </summary>
    /// <param name="resampled">The numbers; stays as it is.</param>
    public static (double Low, double High) Ends(double[] resampled)
    {
        double[] defined = [.. resampled.Where(double.IsFinite).Order()];
        return defined.Length == 0 ? (double.NaN, double.NaN) : (Quantile(defined, 0.025), Quantile(defined, 0.975));
    }

    /// <summary>The 95 % intervals of numbers that depend on nothing but how many images are of which kind.</summary>
    /// <param name="kinds">The kind of each image, from 0; at least one image.</param>
    /// <param name="number">Number of kinds.</param>
    /// <param name="statistics">
    /// From the number of images of each kind to the numbers; one that a resample leaves undefined is NaN there.
    /// </param>
    /// <param name="seed">
    /// Seed of the resampling; equal seeds draw the same images as <see cref="Interval(IReadOnlyList{double}, uint,
    /// int)"/>.
    /// </param>
    /// <param name="draws">Number of resamples.</param>
    /// <returns>
    /// The 2.5 % and 97.5 % quantiles of each number over the resamples that define it; NaN when none does.
    /// </returns>
    public static (double Low, double High)[] Intervals(
        IReadOnlyList<int> kinds,
        int number,
        Func<int[], double[]> statistics,
        uint seed = 0,
        int draws = 1000
    )
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

        return
        [
            .. Enumerable.Range(0, drawn[0].Length).Select(which => Ends([.. drawn.Select(values => values[which])])),
        ];
    }

    /// <summary>1 for every image that the network classifies correctly, 0 for the others.</summary>
    /// <param name="evaluation">What the network does.</param>
    /// <param name="labels">The class of each image.</param>
    public static double[] Right(EvaluationResult evaluation, ImmutableArray<int> labels)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        var right = new double[evaluation.Examples];
        for (var image = 0; image < right.Length; image++)
        {
            right[image] = evaluation.Predicted(image) == labels[image] ? 1 : 0;
        }

        return right;
    }

    /// <summary>The loss of every image in nats; their mean is that of the evaluation.</summary>
    /// <param name="evaluation">What the network does.</param>
    /// <param name="labels">What the images show.</param>
    /// <param name="loss">Which loss; null for what the images ask for.</param>
    public static double[] Losses(EvaluationResult evaluation, ImageLabels labels, Loss? loss = null)
    {
        using var scope = NewDisposeScope();
        var logits = tensor(evaluation.Logits, [evaluation.Examples, evaluation.Classes]).to(ScalarType.Float64);
        using var targets = labels.ToTensor(Enumerable.Range(0, labels.Count).ToArray());
        return Evaluation.Losses.Each(loss, logits, targets).data<double>().ToArray();
    }

    /// <summary>A quantile, by linear interpolation between order statistics, as numpy.quantile does it.</summary>
    /// <param name="sorted">Values in increasing order, at least one.</param>
    /// <param name="share">Which, in [0, 1].</param>
    public static double Quantile(double[] sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var below = (int)position;
        return below + 1 < sorted.Length
            ? sorted[below] + ((position - below) * (sorted[below + 1] - sorted[below]))
            : sorted[below];
    }
}
