using TransferLens.Studies.Metrics;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// Macro F1: the mean over classes of F1 = 2 correct / (images + predictions), in [0, 1]. A class with images that is
/// never predicted has 0; a class with neither images nor predictions is left out, as in scikit-learn. For multi-label
/// images a label is predicted where its probability is above 1/2. Chance: the best that one constant prediction
/// reaches.
/// </summary>
public sealed class MacroF1Metric() : ShippedMetric(DeclaredMetrics.MacroF1)
{
    /// <inheritdoc/>
    public override ImageScore Score(EvaluationResult evaluation, ImageLabels labels) =>
        new ClassScore(ClassPredictions.Create(evaluation, labels), counts => counts.MacroF1);

    /// <inheritdoc/>
    public override double Chance(ImageLabels labels, int classes)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return labels.IsMultiLabel ? AlwaysYes(labels, classes) : AlwaysTheLargest(labels);
    }

    private static double AlwaysTheLargest(ImageLabels labels)
    {
        var shares = ClassShares.Of(labels);
        return F1(shares[0]) / shares.Length;
    }

    private static double AlwaysYes(ImageLabels labels, int classes) =>
        Enumerable.Range(0, classes).Average(label => F1(Share(labels, label)));

    private static double Share(ImageLabels labels, int label) =>
        Enumerable.Range(0, labels.Count).Count(image => labels.Has(image, label)) / (double)labels.Count;

    // Of a class that is predicted for every image: all of its share is found, and precision is its share.
    private static double F1(double share) => 2 * share / (1 + share);
}
