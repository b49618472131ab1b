namespace TransferLens.Vision.Evaluation;

/// <summary>
/// A score that follows from the counts of images, predictions and correct predictions of each class.
/// </summary>
/// <param name="predictions">The network's predictions.</param>
/// <param name="measure">From the counts to the score, in [0, 1]; null where the counts leave it undefined.</param>
public sealed class ClassScore(ClassPredictions predictions, Func<ClassCounts, double?> measure) : ImageScore
{
    /// <inheritdoc/>
    public override double Value { get; } = measure(predictions.Count()) ?? double.NaN;

    /// <inheritdoc/>
    public override int Count => predictions.Images;

    /// <inheritdoc/>
    protected internal override double Resample(int[] drawn, int[] counts) =>
        measure(predictions.Count(counts)) ?? double.NaN;
}
