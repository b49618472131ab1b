using TransferLens.Studies.Metrics;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// Top-5 accuracy: the share of images whose label is among the five classes with the largest logits, in [0, 1]; of
/// equal logits the class that comes first counts as larger. An image with a logit that is not finite is incorrect.
/// Needs six classes or more. Chance: the share of the five largest classes.
/// </summary>
public sealed class Top5Metric() : ShippedMetric(DeclaredMetrics.Top5)
{
    private const int Candidates = 5;

    /// <inheritdoc/>
    public override ImageScore Score(EvaluationResult evaluation, ImageLabels labels)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        ArgumentNullException.ThrowIfNull(labels);
        CheckFits(labels.IsMultiLabel, evaluation.Classes);
        return new ImageMean([
            .. labels.Single.Select((label, image) => Rank(evaluation, image, label) < Candidates ? 1.0 : 0),
        ]);
    }

    /// <inheritdoc/>
    public override double Chance(ImageLabels labels, int classes) => ClassShares.Largest(labels, Candidates);

    // How many classes come before the label; all of them where a logit is not finite.
    private static int Rank(EvaluationResult evaluation, int image, int label)
    {
        var logits = evaluation.Row(image);
        if (logits.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
        {
            return logits.Length;
        }

        var before = 0;
        for (var other = 0; other < logits.Length; other++)
        {
            before += logits[other] > logits[label] || (logits[other] == logits[label] && other < label) ? 1 : 0;
        }

        return before;
    }
}
