namespace TransferLens.Vision.Evaluation;

/// <summary>The mean of one value per image: accuracy, where a correct image has 1 and another 0, or a loss.</summary>
/// <param name="values">The values.</param>
public sealed class ImageMean(double[] values) : ImageScore
{
    /// <summary>The value of each image.</summary>
    public IReadOnlyList<double> Values => values;

    /// <inheritdoc/>
    public override double Value => values.Average();

    /// <inheritdoc/>
    public override int Count => values.Length;

    /// <inheritdoc/>
    protected internal override double Resample(int[] drawn, int[] counts) => Numerator(drawn, counts) / drawn.Length;

    // In the order of the draws, so that every process computes the same bits.
    internal override double Numerator(int[] drawn, int[] counts)
    {
        var sum = 0.0;
        foreach (var image in drawn)
        {
            sum += values[image];
        }

        return sum;
    }

    internal override double Denominator(int drawn) => drawn;
}
