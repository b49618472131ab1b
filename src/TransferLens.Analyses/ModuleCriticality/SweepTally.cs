using System.Runtime.InteropServices;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using static TorchSharp.torch;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>A batch and the image set that it is from.</summary>
internal sealed record BatchLabels(ImageSet Images, ImageBatch Batch);

/// <summary>Adds up, batch by batch, the score and the loss of one variant of a network.</summary>
/// <param name="labels">Labels of the images, in their order.</param>
/// <param name="metric">Metric of the score; null for accuracy, or mean AUC on multi-label images.</param>
internal sealed class SweepTally(ImageLabels labels, ImageMetric? metric = null)
{
    // Accuracy needs one bit per image; other metrics need every logit.
    private readonly bool countsCorrect = !labels.IsMultiLabel && metric is null or AccuracyMetric;
    private readonly bool[] correct = new bool[labels.Count];
    private readonly List<float> logits = [];
    private int seen;
    private double loss;

    /// <summary>Number of images.</summary>
    public int Examples => labels.Count;

    /// <summary>The score in a form that can be resampled; complete after all batches.</summary>
    public ImageScore Score =>
        countsCorrect
            ? new ImageMean([.. correct.Select(one => one ? 1.0 : 0)])
            : (metric ?? Metrics.DefaultFor(labels)).Score(Evaluation, labels);

    /// <summary>Score and loss over all images.</summary>
    public ModulePerformance Performance =>
        new(
            countsCorrect ? correct.Count(one => one) / (double)correct.Length : Score.Value,
            double.IsFinite(loss) ? loss / Examples : null
        );

    private EvaluationResult Evaluation =>
        new(double.NaN, loss / Examples, Examples, [.. logits], logits.Count / Examples, metric);

    /// <summary>What the logits of a batch add, in a form that can be kept.</summary>
    /// <param name="output">The logits.</param>
    /// <param name="of">The batch.</param>
    /// <returns>
    /// The loss summed over images, a double; then whether each image is correct, a byte, or all logits, floats.
    /// </returns>
    /// <exception cref="InputException">A label is not among the network's classes.</exception>
    public byte[] Measure(Tensor output, BatchLabels of)
    {
        var (set, batch) = of;
        Evaluator.CheckLabels(set, batch.Indices, (int)output.shape[1]);
        using var scope = NewDisposeScope();
        var sum = BitConverter.GetBytes(Evaluator.LossOf(output, batch.Labels));
        // The largest of logits that are not all finite means nothing.
        var images = countsCorrect
            ? output.argmax(1).eq(batch.Labels).logical_and(output.isfinite().all(1)).cpu()
            : output.to(float32);
        return [.. sum, .. images.contiguous().bytes];
    }

    /// <summary>Adds what <see cref="Measure"/> gave for the next batch.</summary>
    public void Add(ReadOnlySpan<byte> summand)
    {
        loss += BitConverter.ToDouble(summand);
        var images = summand[sizeof(double)..];
        if (!countsCorrect)
        {
            logits.AddRange(MemoryMarshal.Cast<byte, float>(images));
            return;
        }

        foreach (var one in images)
        {
            correct[seen++] = one != 0;
        }
    }
}
