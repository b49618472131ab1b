using TransferLens.Vision.Images;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// Expected calibration error: images are sorted into 15 bins of equal width by the confidence of their prediction, the
/// largest softmax probability; ECE = sum over bins of (images in the bin / images) |accuracy - mean confidence|, in
/// [0, 1]; 0 is perfectly calibrated. Source: Guo et al. 2017, On calibration of modern neural networks. It depends on
/// the bins, and is biased upwards where bins have few images.
/// </summary>
public static class CalibrationError
{
    /// <summary>Number of bins.</summary>
    public const int Bins = 15;

    /// <summary>The expected calibration error of a network on images of one class each.</summary>
    /// <param name="evaluation">Its logits.</param>
    /// <param name="labels">The labels of the same images.</param>
    /// <returns>The error; null where a logit is not finite, so that there is no confidence.</returns>
    /// <exception cref="InvalidOperationException">The images are multi-label.</exception>
    public static double? Measure(EvaluationResult evaluation, ImageLabels labels)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        ArgumentNullException.ThrowIfNull(labels);
        var surplus = new double[Bins];
        for (var image = 0; image < labels.Count; image++)
        {
            var prediction = evaluation.Predicted(image);
            if (prediction == EvaluationResult.NoPrediction)
            {
                return null;
            }

            var confidence = Confidence(evaluation.Row(image));
            surplus[BinOf(confidence)] += confidence - (prediction == labels.Single[image] ? 1 : 0);
        }

        return surplus.Sum(Math.Abs) / labels.Count;
    }

    /// <summary>The bin of a confidence: bin i takes those above i / 15, up to and including (i + 1) / 15.</summary>
    /// <param name="confidence">In [0, 1].</param>
    internal static int BinOf(double confidence) => Math.Clamp((int)Math.Ceiling(confidence * Bins) - 1, 0, Bins - 1);

    // The largest softmax probability.
    private static double Confidence(ReadOnlySpan<float> logits)
    {
        double largest = logits[0];
        foreach (var logit in logits)
        {
            largest = Math.Max(largest, logit);
        }

        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp(logit - largest);
        }

        return 1 / sum;
    }
}
