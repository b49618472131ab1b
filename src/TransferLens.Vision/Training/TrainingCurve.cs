using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TransferLens.Studies.Settings;

namespace TransferLens.Vision.Training;

/// <summary>One epoch of a training run.</summary>
/// <param name="Epoch">0 before any step, 1 after the first pass, and so on.</param>
/// <param name="LearningRate">Learning rate of the epoch; null for epoch 0.</param>
/// <param name="TrainLoss">Mean loss of the training images during the epoch, in nats; null for epoch 0 and if it is
/// not finite.</param>
/// <param name="TrainScore">Score of the training images during the epoch, by their metric; null for epoch 0.</param>
/// <param name="TestLoss">Mean loss on the test images after the epoch, in nats; null if it is not finite, or was not
/// measured: see <see cref="TrainingSettings.EvaluateEvery"/>.</param>
/// <param name="TestScore">Score on the test images after the epoch; null if the run diverged in it, or it was not
/// measured.</param>
public sealed record TrainingEpoch(
    int Epoch,
    double? LearningRate,
    double? TrainLoss,
    double? TrainScore,
    double? TestLoss,
    double? TestScore
)
{
    /// <summary>
    /// Score on the validation images after the epoch; null without such images, or where the test score is null.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ValidationScore { get; init; }
}

/// <summary>The course of a training run.</summary>
/// <param name="Diverged">Whether the loss became infinite or not a number; the curve ends with that epoch.</param>
/// <param name="Epochs">Every epoch, from 0.</param>
/// <param name="Kept">Epochs whose weights were kept, ascending.</param>
/// <param name="Last">The last epoch whose weights are finite.</param>
/// <param name="Best">The first epoch with the best score on the validation images; without these, on the test images,
/// which makes its test score optimistic.</param>
public sealed record TrainingCurve(
    bool Diverged,
    ImmutableArray<TrainingEpoch> Epochs,
    ImmutableArray<int> Kept,
    int Last,
    int Best
);
