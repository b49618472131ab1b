using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;

namespace Extending;

/// <summary>A metric of our own: the share of images whose correct class is among the two most likely ones.</summary>
internal sealed class TopTwo : ImageMetric
{
    public override string Key => "top_two";

    public override string Name => "top-2 accuracy";

    public override bool FitsMultiLabel => false;

    public override ImageScore Score(EvaluationResult evaluation, ImageLabels labels) =>
        new ImageMean([
            .. Enumerable.Range(0, labels.Count).Select(i => IsAmongTwo(evaluation, i, labels.Single[i]) ? 1.0 : 0),
        ]);

    public override double Chance(ImageLabels labels, int classes) => Math.Min(1, 2.0 / classes);

    private static bool IsAmongTwo(EvaluationResult evaluation, int image, int label)
    {
        var logits = evaluation.Logits.AsSpan(image * evaluation.Classes, evaluation.Classes);
        var above = 0;
        foreach (var logit in logits)
        {
            above += logit > logits[label] ? 1 : 0;
        }

        return above < 2;
    }
}
