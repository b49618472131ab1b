using TransferLens.Studies.Metrics;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// The <see cref="MeanAuc"/> over labels; for images of one class each, over classes, each against the rest by its
/// softmax probability. Classes and labels that all images have, or none, are left out. Chance: 0.5.
/// </summary>
public sealed class MeanAucMetric() : ShippedMetric(DeclaredMetrics.MeanAuc)
{
    /// <inheritdoc/>
    public override ImageScore Score(EvaluationResult evaluation, ImageLabels labels)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        return MeanAuc.Of(evaluation.Logits, labels);
    }

    /// <inheritdoc/>
    public override double Chance(ImageLabels labels, int classes) => 0.5;
}
