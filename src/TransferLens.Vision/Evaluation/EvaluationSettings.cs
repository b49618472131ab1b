using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Transforms;

namespace TransferLens.Vision.Evaluation;

/// <summary>How a network is evaluated.</summary>
/// <param name="Normalize">Normalization of the images.</param>
/// <param name="BatchSize">
/// Most images per forward pass; evaluations pass fewer large images at a time on the CPU.
/// </param>
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
    /// <summary>Most images per forward pass unless another number is given, in studies and commands alike.</summary>
    public const int DefaultBatchSize = 128;

    /// <summary>What the score is; null for accuracy, or mean AUC for multi-label images.</summary>
    public ImageMetric? Metric { get; init; }

    /// <summary>
    /// Where an evaluation in a task keeps the batches that it has done, so that it goes on from them after a kill; a
    /// section of its own for each evaluation. Nothing is kept by default.
    /// </summary>
    public PartialResults PartialResults { get; init; } = PartialResults.None;

    /// <summary>The same settings for a step of a task.</summary>
    /// <param name="name">The step's name; see <see cref="PartialResults.Section"/>.</param>
    internal EvaluationSettings Section(string name) => this with { PartialResults = PartialResults.Section(name) };
}
