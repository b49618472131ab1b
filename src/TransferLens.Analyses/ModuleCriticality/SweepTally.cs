using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using static TorchSharp.torch;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>The labels of a batch and whose they are.</summary>
internal sealed record BatchLabels(ImageSet Images, ImageBatch Batch);

/// <summary>Adds up, batch by batch, what one variant of a network gets right and loses.</summary>
/// <param name="labels">What the images to come show, in their order.</param>
internal sealed class SweepTally(ImageLabels labels)
{
    // Of one class an image it is enough to know whether it is right; an AUC needs every logit.
    private readonly bool[] right = labels.IsMultiLabel ? [] : new bool[labels.Count];
    private readonly List<float> logits = [];
    private int seen;
    private double loss;

    /// <summary>Number of images.</summary>
    public int Examples => labels.Count;

    /// <summary>The score, once all images were seen, as one that can be resampled.</summary>
    public ImageScore Score =>
        labels.IsMultiLabel ? MeanAuc.Of([.. logits], labels) : new ImageMean([.. right.Select(one => one ? 1.0 : 0)]);

    /// <summary>Score and loss over all images.</summary>
    public ModulePerformance Performance =>
        new(
            labels.IsMultiLabel ? Score.Value : right.Count(one => one) / (double)right.Length,
            double.IsFinite(loss) ? loss / Examples : null
        );

    /// <summary>Takes the logits of a batch.</summary>
    /// <exception cref="InputException">A label is not among the network's classes.</exception>
    public void Add(Tensor output, BatchLabels of)
    {
        var (set, batch) = of;
        Evaluator.CheckLabels(set, batch.Indices, (int)output.shape[1]);
        using var scope = NewDisposeScope();
        loss += Evaluator.LossOf(output, batch.Labels);
        if (labels.IsMultiLabel)
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
