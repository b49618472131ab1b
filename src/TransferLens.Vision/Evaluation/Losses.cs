using TransferLens.Studies.Settings;
using static TorchSharp.torch;

namespace TransferLens.Vision.Evaluation;

/// <summary>What is minimized and measured, in nats.</summary>
internal static class Losses
{
    /// <summary>The loss summed over a batch.</summary>
    /// <param name="loss">Cross-entropy over classes, or the mean over classes of binary cross-entropies, a single label's class being the one yes; null for what the labels ask for, which several an image always get.</param>
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
    /// <param name="loss">Which; null for what the labels ask for.</param>
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

    private static Tensor Targets(Tensor logits, Tensor labels) =>
        (labels.dim() == 2 ? labels : nn.functional.one_hot(labels, logits.shape[1])).to(logits.dtype);
}
