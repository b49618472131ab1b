using TransferLens.Studies.Settings;
using TransferLens.Vision.Transforms;

namespace TransferLens.Vision.Evaluation;

/// <summary>How a network is evaluated.</summary>
/// <param name="Normalize">Normalization of the images.</param>
/// <param name="BatchSize">Images per forward pass.</param>
/// <param name="Precision">What the network computes in.</param>
/// <param name="Loss">
/// Which loss is measured; null for cross-entropy, or binary cross-entropy for multi-label images, which always have
/// that.
/// </param>
/// <param name="Shuffle">Permutes the blocks of the images after normalization; null for none.</param>
public sealed record EvaluationSettings(
    Normalization Normalize,
    int BatchSize,
    Precision Precision,
    Loss? Loss = null,
    BlockShuffle? Shuffle = null
)
{
    /// <summary>Images per forward pass unless another number is given, in studies and commands alike.</summary>
    public const int DefaultBatchSize = 128;

    /// <summary>What the score is; null for accuracy, or mean AUC for multi-label images.</summary>
    public ImageMetric? Metric { get; init; }
}
