namespace TransferLens.Vision.Evaluation;

/// <summary>What a network does on a set of images.</summary>
/// <param name="Score">
/// By <paramref name="Metric"/>, in [0, 1]. Unless another was chosen: accuracy, where an image with a logit that is
/// not finite is incorrect, or <see cref="MeanAuc"/> for multi-label images.
/// </param>
/// <param name="Loss">
/// Mean loss in nats: cross-entropy, or binary cross-entropy averaged over labels, unless another was chosen.
/// </param>
/// <param name="Examples">Number of images.</param>
/// <param name="Logits">Examples x Classes, row by row, in the set's order.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Metric">What the score is; null for accuracy, or mean AUC for multi-label images.</param>
public sealed record EvaluationResult(
    double Score,
    double Loss,
    int Examples,
    float[] Logits,
    int Classes,
    ImageMetric? Metric = null
)
{
    /// <summary>What <see cref="Predicted"/> gives for an image with a logit that is not finite.</summary>
    internal const int NoPrediction = -1;

    /// <summary>The logits of an image, one per class.</summary>
    /// <param name="image">Its index.</param>
    public ReadOnlySpan<float> Row(int image) => Logits.AsSpan(image * Classes, Classes);

    /// <summary>The class with the largest logit, the first of equal ones.</summary>
    /// <param name="image">The image's index.</param>
    internal int Predicted(int image)
    {
        var row = Row(image);
        if (row.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
        {
            return NoPrediction;
        }

        var best = 0;
        for (var other = 1; other < row.Length; other++)
        {
            best = row[other] > row[best] ? other : best;
        }

        return best;
    }
}
