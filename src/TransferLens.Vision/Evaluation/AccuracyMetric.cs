using TransferLens.Studies.Metrics;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// Accuracy: the share of images whose largest logit is their label's, in [0, 1]. An image with a logit that is not
/// finite is incorrect. Chance: the share of the largest class.
/// </summary>
public sealed class AccuracyMetric() : ShippedMetric(DeclaredMetrics.Accuracy)
{
    /// <inheritdoc/>
    public override ImageScore Score(EvaluationResult evaluation, ImageLabels labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return new ImageMean(Bootstrap.Right(evaluation, labels.Single));
    }

    /// <inheritdoc/>
    public override double Chance(ImageLabels labels, int classes) => ClassShares.Largest(labels, 1);
}
