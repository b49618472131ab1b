using TransferLens.Studies.Metrics;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// Balanced accuracy: the mean recall over the classes that have images, in [0, 1]; equal to accuracy where classes are
/// of equal size. Chance: 1 / classes with images. A resample without images of a class leaves that class out. Source:
/// Brodersen et al. 2010, The balanced accuracy and its posterior distribution.
/// </summary>
public sealed class BalancedAccuracyMetric() : ShippedMetric(DeclaredMetrics.BalancedAccuracy)
{
    /// <inheritdoc/>
    public override ImageScore Score(EvaluationResult evaluation, ImageLabels labels) =>
        new ClassScore(ClassPredictions.Create(evaluation, labels), counts => counts.BalancedAccuracy);

    /// <inheritdoc/>
    public override double Chance(ImageLabels labels, int classes) => 1.0 / ClassShares.Of(labels).Length;
}
