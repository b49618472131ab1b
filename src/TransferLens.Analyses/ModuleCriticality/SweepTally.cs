using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using static TorchSharp.torch;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>The labels of a batch and whose they are.</summary>
internal sealed record BatchLabels(ImageSet Images, ImageBatch Batch);

/// <summary>Adds up, batch by batch, the score and the loss of one variant of a network.</summary>
/// <param name="labels">The labels of the images to come, in their order.</param>
/// <param name="metric">What the score is; null for accuracy, or mean AUC for multi-label images.</param>
internal sealed class SweepTally(ImageLabels labels, ImageMetric? metric = null)
{
    // Accuracy needs one bit per image; other metrics need every logit.
    private readonly bool countsRight = !labels.IsMultiLabel && metric is null or AccuracyMetric;
    private readonly bool[] right = new bool[labels.Count];
    private readonly List<float> logits = [];
    private int seen;
    private double loss;

    /// <summary>Number of images.</summary>
    public int Examples => labels.Count;

    /// <summary>The score, once all images were seen, as one that can be resampled.</summary>
    public ImageScore Score =>
        countsRight
            ? new ImageMean([.. right.Select(one => one ? 1.0 : 0)])
            : (metric ?? Metrics.DefaultFor(labels)).Score(Evaluation, labels);

    /// <summary>Score and loss over all images.</summary>
    public ModulePerformance Performance =>
        new(
            countsRight ? right.Count(one => one) / (double)right.Length : Score.Value,
            double.IsFinite(loss) ? loss / Examples : null
        );

    private EvaluationResult Evaluation =>
        new(double.NaN, loss / Examples, Examples, [.. logits], logits.Count / Examples, metric);

    /// <summary>Takes the logits of a batch.</summary>
    /// <exception cref="InputException">A label is not among the network's classes.</exception>
    public void Add(Tensor output, BatchLabels of)
    {
        var (set, batch) = of;
        Evaluator.CheckLabels(set, batch.Indices, (int)output.shape[1]);
        using var scope = NewDisposeScope();
        loss += Evaluator.LossOf(output, batch.Labels);
        if (!countsRight)
        {
            logits.AddRange(output.to(float32).data<float>().ToArray());
            return;
        }

        // The largest of logits that are not numbers means nothing.
        foreach (var one in output.argmax(1).eq(batch.Labels).logical_and(output.isfinite().all(1)).data<bool>())
        {
            right[seen++] = one;
        }
    }
}
