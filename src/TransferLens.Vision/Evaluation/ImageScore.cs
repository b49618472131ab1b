using TransferLens.Studies.Inputs;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// A score of a network on images, by the images' metric, as what it would be had other images been drawn from these: what
/// every interval over test images is made from. Differences of scores are scores, on the same images for all of them.
/// </summary>
public abstract class ImageScore
{
    /// <summary>The score on all images.</summary>
    public abstract double Value { get; }

    /// <summary>Number of images.</summary>
    public abstract int Count { get; }

    /// <summary>The score of a network.</summary>
    /// <param name="evaluation">What the network does.</param>
    /// <param name="labels">What the images show.</param>
    /// <exception cref="InputException">Images may show several labels, and none of these has both images that show it and images that do not.</exception>
    public static ImageScore Of(EvaluationResult evaluation, ImageLabels labels) =>
        labels.IsMultiLabel
            ? MeanAuc.Of(evaluation.Logits, labels)
            : new ImageMean(Bootstrap.Right(evaluation, labels.Single));

    /// <summary>The mean of some scores minus that of others.</summary>
    /// <param name="first">At least one.</param>
    /// <param name="second">At least one; on the same images.</param>
    public static ImageScore Difference(IReadOnlyList<ImageScore> first, IReadOnlyList<ImageScore> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return first.Concat(second).All(score => score is ImageMean)
            ? new ImageMean([
                .. Enumerable
                    .Range(0, first[0].Count)
                    .Select(i =>
                        first.Average(one => ((ImageMean)one).Values[i])
                        - second.Average(one => ((ImageMean)one).Values[i])
                    ),
            ])
            : new ScoreMinusScore(first, second);
    }

    /// <summary>The score on drawn images.</summary>
    /// <param name="drawn">Indices of the images, as often as they were drawn.</param>
    /// <param name="counts">How often each image was drawn: the same drawing.</param>
    /// <returns>The score; NaN where what was drawn leaves it undefined.</returns>
    internal abstract double On(int[] drawn, int[] counts);

    /// <summary>The sum that the score on drawn images is a quotient of; whole numbers stay whole in it, so that what is equal stays equal.</summary>
    internal virtual double Sum(int[] drawn, int[] counts) => On(drawn, counts);

    /// <summary>What <see cref="Sum"/> is divided by.</summary>
    internal virtual double Of(int drawn) => 1;

    private sealed class ScoreMinusScore(IReadOnlyList<ImageScore> first, IReadOnlyList<ImageScore> second) : ImageScore
    {
        public override double Value => first.Average(score => score.Value) - second.Average(score => score.Value);

        public override int Count => first[0].Count;

        internal override double On(int[] drawn, int[] counts) =>
            first.Average(score => score.On(drawn, counts)) - second.Average(score => score.On(drawn, counts));
    }
}

/// <summary>The mean of one value an image: accuracy, where an image that is right has 1 and another 0, or a loss.</summary>
/// <param name="values">The values.</param>
public sealed class ImageMean(double[] values) : ImageScore
{
    /// <summary>The value of each image.</summary>
    public IReadOnlyList<double> Values => values;

    /// <inheritdoc/>
    public override double Value => values.Average();

    /// <inheritdoc/>
    public override int Count => values.Length;

    internal override double On(int[] drawn, int[] counts) => Sum(drawn, counts) / drawn.Length;

    internal override double Of(int drawn) => drawn;

    // In the order of the draws, so that it is the same bits in every process.
    internal override double Sum(int[] drawn, int[] counts)
    {
        var sum = 0.0;
        foreach (var image in drawn)
        {
            sum += values[image];
        }

        return sum;
    }
}
