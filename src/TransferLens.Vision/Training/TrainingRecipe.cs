using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Transforms;

namespace TransferLens.Vision.Training;

/// <summary>How to train a network.</summary>
/// <param name="Settings">Epochs, optimizer, schedule and so on.</param>
/// <param name="LearningRate">The base learning rate.</param>
/// <param name="Seed">Seed of batch order, augmentation, mixup and dropout.</param>
/// <param name="Normalize">Normalization of the images.</param>
/// <param name="Shuffle">Permutes the blocks of training and test images after normalization; null for none.</param>
public sealed record TrainingRecipe(
    TrainingSettings Settings,
    double LearningRate,
    int Seed,
    Normalization Normalize,
    BlockShuffle? Shuffle = null
)
{
    /// <summary>Seed of what low-rank updates start from; null for <see cref="Seed"/>.</summary>
    public int? InitSeed { get; init; }

    /// <summary>
    /// Images on which the best epoch is chosen, evaluated when the test images are; null to choose it on these.
    /// </summary>
    public ImageSet? Validation { get; init; }

    /// <summary>Where a task keeps what is computed before the first checkpoint. Nothing is kept by default.</summary>
    internal PartialResults PartialResults { get; init; } = PartialResults.None;

    /// <summary>Whether the test and validation images are evaluated after an epoch.</summary>
    /// <param name="epoch">The epoch; 0 is before any step.</param>
    public bool Evaluates(int epoch) =>
        epoch == 0 || epoch == Settings.Epochs || epoch % (Settings.EvaluateEvery ?? 1) == 0;

    /// <summary>How the test images are evaluated after an epoch.</summary>
    public EvaluationSettings Evaluation =>
        new(Normalize, EvaluationSettings.DefaultBatchSize, Settings.Precision, Settings.Loss, Shuffle);

    /// <summary>Whether the weights after an epoch are kept regardless of their score.</summary>
    /// <param name="epoch">The epoch; 0 is before any step.</param>
    public bool Keeps(int epoch) =>
        epoch == 0 || Settings.Keep.Contains(epoch) || (Settings.KeepEvery > 0 && epoch % Settings.KeepEvery == 0);
}
