using TransferLens.Data;

namespace TransferLens.Training;

/// <summary>
/// A score of a network on pictures, by the pictures' metric, as what it would be had other pictures been drawn from these: what
/// every interval over test pictures is made from. Differences of scores are scores, on the same pictures for all of them.
/// </summary>
public abstract class PictureScore
{
    /// <summary>The score on all pictures.</summary>
    public abstract double Value { get; }

    /// <summary>Number of pictures.</summary>
    public abstract int Count { get; }

    /// <summary>The score of a network.</summary>
    /// <param name="evaluation">What the network does.</param>
    /// <param name="labels">What the pictures show.</param>
    /// <exception cref="InputException">Pictures may show several labels, and none of these has both pictures that show it and pictures that do not.</exception>
    public static PictureScore Of(Evaluation evaluation, PictureLabels labels) => labels.AreMany
        ? MeanAuc.Of(evaluation.Logits, labels) : new PictureMean(Bootstrap.Right(evaluation, labels.Single));

    /// <summary>The mean of some scores minus that of others.</summary>
    /// <param name="first">At least one.</param>
    /// <param name="second">At least one; on the same pictures.</param>
    public static PictureScore Difference(IReadOnlyList<PictureScore> first, IReadOnlyList<PictureScore> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return first.Concat(second).All(score => score is PictureMean)
            ? new PictureMean([.. Enumerable.Range(0, first[0].Count).Select(i => first.Average(one => ((PictureMean)one).Values[i]) - second.Average(one => ((PictureMean)one).Values[i]))])
            : new ScoreMinusScore(first, second);
    }

    /// <summary>The score on drawn pictures.</summary>
    /// <param name="drawn">Indices of the pictures, as often as they were drawn.</param>
    /// <param name="counts">How often each picture was drawn: the same drawing.</param>
    /// <returns>The score; NaN where what was drawn leaves it undefined.</returns>
    internal abstract double On(int[] drawn, int[] counts);

    /// <summary>The sum that the score on drawn pictures is a quotient of; whole numbers stay whole in it, so that what is equal stays equal.</summary>
    internal virtual double Sum(int[] drawn, int[] counts) => On(drawn, counts);

    /// <summary>What <see cref="Sum"/> is divided by.</summary>
    internal virtual double Of(int drawn) => 1;

    private sealed class ScoreMinusScore(IReadOnlyList<PictureScore> first, IReadOnlyList<PictureScore> second) : PictureScore
    {
        public override double Value => first.Average(score => score.Value) - second.Average(score => score.Value);

        public override int Count => first[0].Count;

        internal override double On(int[] drawn, int[] counts) => first.Average(score => score.On(drawn, counts)) - second.Average(score => score.On(drawn, counts));
    }
}

/// <summary>The mean of one value a picture: accuracy, where a picture that is right has 1 and another 0, or a loss.</summary>
/// <param name="values">The values.</param>
public sealed class PictureMean(double[] values) : PictureScore
{
    /// <summary>The value of each picture.</summary>
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
        foreach (var picture in drawn)
        {
            sum += values[picture];
        }

        return sum;
    }
}
