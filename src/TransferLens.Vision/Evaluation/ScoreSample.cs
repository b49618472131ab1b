using System.Collections.Immutable;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// A score of one run, or a sum of such scores, with what its uncertainty over test images is computed from: one value
/// per image where the score is their mean (accuracy), otherwise its value on resamples of the images. All samples draw
/// the same resamples, so sums and differences keep what is common to their parts.
/// </summary>
public sealed class ScoreSample
{
    private readonly ImmutableArray<double> values;
    private readonly Lazy<ImmutableArray<double>> draws;

    private ScoreSample(double value, int images, ImmutableArray<double> values, Func<ImmutableArray<double>> draws)
    {
        (Value, Images, this.values) = (value, images, values);
        this.draws = new(draws);
    }

    /// <summary>The score on all images.</summary>
    public double Value { get; }

    /// <summary>Number of images.</summary>
    public int Images { get; }

    /// <summary>Whether it is a mean over images, so that its variance is exact.</summary>
    public bool IsMean => !values.IsDefault;

    /// <summary>One value per image; empty unless it is a mean.</summary>
    public ImmutableArray<double> Values => IsMean ? values : [];

    /// <summary>The score on each resample of the images; NaN where a resample leaves it undefined.</summary>
    public ImmutableArray<double> Draws => draws.Value;

    /// <summary>
    /// Its variance over test images: of the mean of N values, their variance divided by N; otherwise the variance over
    /// the resamples that define it, NaN where fewer than two do. 0 for a single image.
    /// </summary>
    public double Variance =>
        IsMean ? Squares(values, Value) / Math.Max(1, values.Length - 1) / values.Length : VarianceOfDraws();

    /// <summary>The sample of a score.</summary>
    /// <param name="score">The score.</param>
    public static ScoreSample FromScore(ImageScore score)
    {
        ArgumentNullException.ThrowIfNull(score);
        return score is ImageMean mean
            ? FromValues([.. mean.Values])
            : FromDraws(score.Value, score.Count, [.. Bootstrap.Resampled([score])[0]]);
    }

    /// <summary>The sample of a mean over images.</summary>
    /// <param name="values">One value per image; at least one.</param>
    /// <exception cref="InputException">There are no values.</exception>
    public static ScoreSample FromValues(ImmutableArray<double> values) =>
        values.IsDefaultOrEmpty
            ? throw new InputException("A score needs at least one test image.")
            : new(
                values.Average(),
                values.Length,
                values,
                () => Resample(values)
            );

    /// <summary>The sample of a score that is no mean over images.</summary>
    /// <param name="value">The score on all images.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="draws">The score on the resamples of <see cref="Bootstrap"/> with its default seed.</param>
    public static ScoreSample FromDraws(double value, int images, ImmutableArray<double> draws) =>
        new(value, images, default, () => draws);

    /// <summary>The mean of scores on the same images.</summary>
    /// <param name="samples">At least one.</param>
    public static ScoreSample Mean(IReadOnlyList<ScoreSample> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        return samples.Count == 1
            ? samples[0]
            : Combine(samples, [.. Enumerable.Repeat(1.0 / samples.Count, samples.Count)]);
    }

    /// <summary>A weighted sum of scores on the same images.</summary>
    /// <param name="samples">At least one.</param>
    /// <param name="weights">One factor per sample.</param>
    public static ScoreSample Combine(IReadOnlyList<ScoreSample> samples, ImmutableArray<double> weights)
    {
        ArgumentNullException.ThrowIfNull(samples);
        var value = samples.Select((sample, i) => weights[i] * sample.Value).Sum();
        var images = samples[0].Images;
        if (!samples.All(sample => sample.IsMean))
        {
            return FromDraws(value, images, Sum(samples, weights, sample => sample.Draws));
        }

        // The draws of a sum of means are those of the mean of their sum: one resampling instead of one per part.
        var sum = Sum(samples, weights, sample => sample.values);
        return new(value, images, sum, () => Resample(sum));
    }

    /// <summary>This score minus another on the same images.</summary>
    /// <param name="other">The other.</param>
    public ScoreSample Minus(ScoreSample other) => Combine([this, other], [1, -1]);

    private static ImmutableArray<double> Resample(ImmutableArray<double> values) =>
        [.. Bootstrap.Resampled([new ImageMean([.. values])])[0]];

    private static ImmutableArray<double> Sum(
        IReadOnlyList<ScoreSample> samples,
        ImmutableArray<double> weights,
        Func<ScoreSample, ImmutableArray<double>> of
    )
    {
        var sum = new double[of(samples[0]).Length];
        for (var k = 0; k < samples.Count; k++)
        {
            var (part, weight) = (of(samples[k]), weights[k]);
            for (var i = 0; i < sum.Length; i++)
            {
                sum[i] += weight * part[i];
            }
        }

        return ImmutableArray.Create(sum);
    }

    private static double Squares(IEnumerable<double> numbers, double mean) =>
        numbers.Sum(number => (number - mean) * (number - mean));

    private double VarianceOfDraws()
    {
        var defined = Draws.Where(double.IsFinite).ToList();
        return defined.Count < 2 ? double.NaN : Squares(defined, defined.Average()) / (defined.Count - 1);
    }
}
