using TransferLens.Studies;
using static TorchSharp.torch;

namespace TransferLens.Training;

/// <summary>What is minimized and measured, in nats.</summary>
internal static class Losses
{
    /// <summary>The loss summed over a batch.</summary>
    /// <param name="loss">Cross-entropy over classes, or the mean over classes of binary cross-entropies, the label's class being the one yes.</param>
    /// <param name="logits">(n, classes).</param>
    /// <param name="labels">(n), int64.</param>
    /// <returns>A scalar of the logits' type; the caller's to dispose.</returns>
    public static Tensor Sum(Loss loss, Tensor logits, Tensor labels)
    {
        if (loss == Loss.CrossEntropy)
        {
            return nn.functional.cross_entropy(logits, labels, reduction: nn.Reduction.Sum);
        }

        using var scope = NewDisposeScope();
        var targets = nn.functional.one_hot(labels, logits.shape[1]).to(logits.dtype);
        return (nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction: nn.Reduction.Sum) / logits.shape[1]).MoveToOuterDisposeScope();
    }

    /// <summary>The loss of each picture of a batch.</summary>
    /// <param name="loss">Which.</param>
    /// <param name="logits">(n, classes).</param>
    /// <param name="labels">(n), int64.</param>
    /// <returns>(n), of the logits' type; the caller's to dispose.</returns>
    public static Tensor Each(Loss loss, Tensor logits, Tensor labels)
    {
        if (loss == Loss.CrossEntropy)
        {
            return nn.functional.cross_entropy(logits, labels, reduction: nn.Reduction.None);
        }

        using var scope = NewDisposeScope();
        var targets = nn.functional.one_hot(labels, logits.shape[1]).to(logits.dtype);
        return nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction: nn.Reduction.None).mean([1]).MoveToOuterDisposeScope();
    }
}
