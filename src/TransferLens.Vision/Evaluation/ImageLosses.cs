using System.Collections.Immutable;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// The loss of every image, in nats: cross-entropy, or binary cross-entropy averaged over labels for multi-label
/// images.
/// </summary>
internal static class ImageLosses
{
    /// <summary>One loss per image, in float64.</summary>
    /// <param name="result">Logits of the images.</param>
    /// <param name="labels">Their labels, in the same order.</param>
    public static ImmutableArray<double> Of(EvaluationResult result, ImageLabels labels) =>
        [
            .. Enumerable
                .Range(0, result.Examples)
                .Select(image =>
                    labels.IsMultiLabel
                        ? BinaryCrossEntropy(result.Row(image), labels, image)
                        : CrossEntropy(result.Row(image), labels.Single[image])
                ),
        ];

    // log sum exp(logits) - logit of the label.
    private static double CrossEntropy(ReadOnlySpan<float> logits, int label)
    {
        double most = float.NegativeInfinity;
        foreach (var logit in logits)
        {
            most = Math.Max(most, logit);
        }

        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp(logit - most);
        }

        return Math.Log(sum) + most - logits[label];
    }

    // log(1 + exp(x)) - y x, without overflow.
    private static double BinaryCrossEntropy(ReadOnlySpan<float> logits, ImageLabels labels, int image)
    {
        var sum = 0.0;
        for (var label = 0; label < logits.Length; label++)
        {
            double x = logits[label];
            sum += Math.Max(x, 0) + double.LogP1(Math.Exp(-Math.Abs(x))) - (labels.Has(image, label) ? x : 0);
        }

        return sum / logits.Length;
    }
}
