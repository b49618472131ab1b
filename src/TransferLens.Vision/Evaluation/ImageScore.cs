using TransferLens.Studies.Inputs;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// A score of a network on images that can be computed again on a resample of the images: what every interval over test
/// images is made from. Differences of scores on the same images are scores.
/// </summary>
public abstract class ImageScore
{
    /// <summary>The score on all images.</summary>
    public abstract double Value { get; }

    /// <summary>Number of images.</summary>
    public abstract int Count { get; }

    /// <summary>The score of a network, by the metric of its evaluation.</summary>
    /// <param name="evaluation">What the network does.</param>
    /// <param name="labels">The labels of the same images.</param>
    /// <exception cref="InputException">The metric is undefined on these images.</exception>
    public static ImageScore Of(EvaluationResult evaluation, ImageLabels labels)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        return (evaluation.Metric ?? Metrics.DefaultFor(labels)).Score(evaluation, labels);
    }

    /// <summary>The mean of some scores minus that of others.</summary>
    /// <param name="first">At least one.</param>
    /// <param name="second">At least one; on the same images.</param>
    public static ImageScore Difference(IReadOnlyList<ImageScore> first, IReadOnlyList<ImageScore> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return first.Concat(second).All(score => score is ImageMean)
            ? DifferenceOfMeans([.. first.Cast<ImageMean>()], [.. second.Cast<ImageMean>()])
            : new DifferenceOfScores(first, second);
    }

    /// <summary>The score on a resample of the images.</summary>
    /// <param name="drawn">
    /// Indices of the drawn images, as often as they were drawn; <see cref="Count"/> of them.
    /// </param>
    /// <param name="counts">How often each image was drawn: the same resample.</param>
    /// <returns>The score; NaN where the resample leaves it undefined.</returns>
    protected internal abstract double Resample(int[] drawn, int[] counts);

    /// <summary>
    /// The numerator of the score on a resample. Whole numbers stay whole in it, so that what is equal stays equal.
    /// </summary>
    internal virtual double Numerator(int[] drawn, int[] counts) => Resample(drawn, counts);

    /// <summary>What <see cref="Numerator"/> is divided by.</summary>
    /// <param name="drawn">Number of drawn images.</param>
    internal virtual double Denominator(int drawn) => 1;

    private static ImageMean DifferenceOfMeans(ImageMean[] first, ImageMean[] second) =>
        new([
            .. Enumerable
                .Range(0, first[0].Count)
                .Select(image => first.Average(one => one.Values[image]) - second.Average(one => one.Values[image])),
        ]);

    private sealed class DifferenceOfScores(IReadOnlyList<ImageScore> first, IReadOnlyList<ImageScore> second)
        : ImageScore
    {
        public override double Value => first.Average(score => score.Value) - second.Average(score => score.Value);

        public override int Count => first[0].Count;

        protected internal override double Resample(int[] drawn, int[] counts) =>
            first.Average(score => score.Resample(drawn, counts))
            - second.Average(score => score.Resample(drawn, counts));
    }
}
