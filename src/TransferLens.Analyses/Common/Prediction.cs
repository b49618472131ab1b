using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Common;

/// <summary>A classifier's prediction for one image.</summary>
/// <param name="Label">The class with the largest logit; NaN counts as largest, as in PyTorch.</param>
/// <param name="Probabilities">Softmax of the logits.</param>
internal readonly record struct Prediction(int Label, double[] Probabilities)
{
    /// <summary>Probability of the predicted class; null when a logit is NaN or infinite.</summary>
    public double? Confidence => double.IsFinite(Probabilities[Label]) ? Probabilities[Label] : null;

    /// <summary>The prediction for one of the images that a network was evaluated on.</summary>
    /// <param name="evaluation">The evaluation.</param>
    /// <param name="image">Index of the image.</param>
    public static Prediction FromLogits(EvaluationResult evaluation, int image)
    {
        var logits = evaluation.Logits.AsSpan(image * evaluation.Classes, evaluation.Classes);
        var (best, probabilities, sum) = (0, new double[logits.Length], 0.0);
        for (var c = 1; c < logits.Length && !float.IsNaN(logits[best]); c++)
        {
            best = logits[c] > logits[best] || float.IsNaN(logits[c]) ? c : best;
        }

        for (var c = 0; c < logits.Length; c++)
        {
            sum += probabilities[c] = Math.Exp((double)logits[c] - logits[best]);
        }

        for (var c = 0; c < logits.Length; c++)
        {
            probabilities[c] /= sum;
        }

        return new(best, probabilities);
    }

    /// <summary>
    /// The class with the largest mean probability. Predictions that are not finite are left out; when none is finite,
    /// the last one's class is returned.
    /// </summary>
    public static int EnsembleLabel(params ReadOnlySpan<Prediction> predictions) =>
        MeanProbabilities(predictions) is { } mean ? mean.IndexOf(mean.Max()) : predictions[^1].Label;

    /// <summary>The mean of the probabilities of all finite predictions; null when there is none.</summary>
    public static List<double>? MeanProbabilities(params ReadOnlySpan<Prediction> predictions)
    {
        var (sum, count) = (new double[predictions[0].Probabilities.Length], 0);
        foreach (var prediction in predictions)
        {
            if (prediction.Confidence is not null)
            {
                count++;
                for (var c = 0; c < sum.Length; c++)
                {
                    sum[c] += prediction.Probabilities[c];
                }
            }
        }

        return count == 0 ? null : [.. sum.Select(value => value / count)];
    }
}
