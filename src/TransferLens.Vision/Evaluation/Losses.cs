using TransferLens.Studies.Settings;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Evaluation;

/// <summary>The losses that are minimized and measured, in nats.</summary>
internal static class Losses
{
    /// <summary>The loss summed over a batch.</summary>
    /// <param name="loss">
    /// Cross-entropy over classes, or the mean over classes of binary cross-entropies, where only the label's class is
    /// a yes; null for the labels' default. Multi-label images always have binary cross-entropy.
    /// </param>
    /// <param name="logits">(n, classes).</param>
    /// <param name="labels">(n), int64, one class each; or (n, classes), 0 or 1.</param>
    /// <returns>A scalar of the logits' type; the caller's to dispose.</returns>
    public static Tensor Sum(Loss? loss, Tensor logits, Tensor labels)
    {
        if (labels.dim() == 1 && loss != Loss.BinaryCrossEntropy)
        {
            return nn.functional.cross_entropy(logits, labels, reduction: nn.Reduction.Sum);
        }

        using var scope = NewDisposeScope();
        var targets = Targets(logits, labels);
        return (
            nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction: nn.Reduction.Sum)
            / logits.shape[1]
        ).MoveToOuterDisposeScope();
    }

    /// <summary>The loss of each image of a batch.</summary>
    /// <param name="loss">Which; null for the labels' default.</param>
    /// <param name="logits">(n, classes).</param>
    /// <param name="labels">(n), int64, one class each; or (n, classes), 0 or 1.</param>
    /// <returns>(n), of the logits' type; the caller's to dispose.</returns>
    public static Tensor Each(Loss? loss, Tensor logits, Tensor labels)
    {
        if (labels.dim() == 1 && loss != Loss.BinaryCrossEntropy)
        {
            return nn.functional.cross_entropy(logits, labels, reduction: nn.Reduction.None);
        }

        using var scope = NewDisposeScope();
        var targets = Targets(logits, labels);
        return nn
            .functional.binary_cross_entropy_with_logits(logits, targets, reduction: nn.Reduction.None)
            .mean([1])
            .MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The mean cross-entropy of a batch under class weights, as PyTorch's CrossEntropyLoss(weight) computes it:
    /// sum of weight[label] times the image's loss, divided by the sum of the weights of the batch's labels.
    /// </summary>
    /// <param name="logits">(n, classes).</param>
    /// <param name="labels">(n), int64, one class each.</param>
    /// <param name="weights">One weight per class of the images; further outputs of the network have weight 0.</param>
    /// <returns>A scalar of the logits' type; the caller's to dispose.</returns>
    public static Tensor WeightedMean(Tensor logits, Tensor labels, double[] weights)
    {
        using var scope = NewDisposeScope();
        var all = new double[logits.shape[1]];
        weights.CopyTo(all, 0);
        return nn
            .functional.cross_entropy(
                logits,
                labels,
                DevicePath.Upload(tensor(all).to(logits.dtype), logits.device),
                reduction: nn.Reduction.Mean
            )
            .MoveToOuterDisposeScope();
    }

    private static Tensor Targets(Tensor logits, Tensor labels) =>
        (labels.dim() == 2 ? labels : nn.functional.one_hot(labels, logits.shape[1])).to(logits.dtype);
}
