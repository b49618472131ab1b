using TransferLens.Vision.Images;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// Temperature scaling: the T > 0 that minimizes the mean cross-entropy of softmax(logits / T). Above 1 the network is
/// overconfident, below 1 underconfident; predictions do not change. Choose it on validation images, never on the
/// images whose calibration is reported. Source: Guo et al. 2017, On calibration of modern neural networks.
/// </summary>
public static class Temperature
{
    /// <summary>The smallest temperature that is searched.</summary>
    public const double Smallest = 0.01;

    /// <summary>The largest temperature that is searched.</summary>
    public const double Largest = 100;

    // Halvings of the interval of log T: its width ends below 1e-12.
    private const int Steps = 45;

    /// <summary>The temperature that fits a network to images of one class each.</summary>
    /// <param name="evaluation">Its logits on validation images.</param>
    /// <param name="labels">The labels of the same images.</param>
    /// <returns>
    /// The temperature; null where a logit is not finite, or no temperature from <see cref="Smallest"/> to
    /// <see cref="Largest"/> is best, as where all predictions are correct.
    /// </returns>
    /// <exception cref="InvalidOperationException">The images are multi-label.</exception>
    public static double? Fit(EvaluationResult evaluation, ImageLabels labels)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        ArgumentNullException.ThrowIfNull(labels);
        if (evaluation.Logits.AsSpan().ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
        {
            return null;
        }

        // The loss is convex in 1 / T, and its slope there rises with 1 / T: it falls with T through the one root.
        var (low, high) = (Math.Log(Smallest), Math.Log(Largest));
        if (Slope(evaluation, labels, Smallest) <= 0 || Slope(evaluation, labels, Largest) >= 0)
        {
            return null;
        }

        for (var step = 0; step < Steps; step++)
        {
            var middle = (low + high) / 2;
            (low, high) = Slope(evaluation, labels, Math.Exp(middle)) > 0 ? (middle, high) : (low, middle);
        }

        return Math.Exp((low + high) / 2);
    }

    /// <summary>The mean cross-entropy at a temperature, in nats.</summary>
    /// <param name="evaluation">A network's logits.</param>
    /// <param name="labels">The labels of the same images.</param>
    /// <param name="temperature">The temperature, above 0.</param>
    public static double Loss(EvaluationResult evaluation, ImageLabels labels, double temperature)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        ArgumentNullException.ThrowIfNull(labels);
        return Enumerable
            .Range(0, labels.Count)
            .Average(image => LossOf(evaluation.Row(image), labels.Single[image], temperature));
    }

    // d loss / d (1 / T): the mean over images of the expected logit under softmax(logits / T) minus the label's logit.
    private static double Slope(EvaluationResult evaluation, ImageLabels labels, double temperature) =>
        Enumerable
            .Range(0, labels.Count)
            .Average(image =>
                Expected(evaluation.Row(image), temperature) - evaluation.Row(image)[labels.Single[image]]
            );

    private static double Expected(ReadOnlySpan<float> logits, double temperature)
    {
        double largest = Max(logits);
        var (sum, weighted) = (0.0, 0.0);
        foreach (var logit in logits)
        {
            var weight = Math.Exp((logit - largest) / temperature);
            (sum, weighted) = (sum + weight, weighted + (weight * (logit - largest)));
        }

        return largest + (weighted / sum);
    }

    private static double LossOf(ReadOnlySpan<float> logits, int label, double temperature)
    {
        double largest = Max(logits);
        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp((logit - largest) / temperature);
        }

        return Math.Log(sum) - ((logits[label] - largest) / temperature);
    }

    private static float Max(ReadOnlySpan<float> logits)
    {
        var largest = logits[0];
        foreach (var logit in logits)
        {
            largest = Math.Max(largest, logit);
        }

        return largest;
    }
}
