using System.Collections.Immutable;

namespace TransferLens.Vision.Training;

/// <summary>One epoch of a training.</summary>
/// <param name="Epoch">0 before any step, then 1 after the first pass.</param>
/// <param name="LearningRate">Rate of the epoch's steps; null for epoch 0.</param>
/// <param name="TrainLoss">Mean loss of the epoch's batches as they were trained on, in nats; null for epoch 0 and where it is not finite.</param>
/// <param name="TrainScore">Score of the epoch's training images when they were trained on, by their metric; null for epoch 0.</param>
/// <param name="TestLoss">Mean loss on the test images after the epoch; null where it is not finite.</param>
/// <param name="TestScore">Score on the test images after the epoch; null when the training diverged in it.</param>
public sealed record TrainingEpoch(
    int Epoch,
    double? LearningRate,
    double? TrainLoss,
    double? TrainScore,
    double? TestLoss,
    double? TestScore
);

/// <summary>A training as it went.</summary>
/// <param name="Diverged">Whether a loss was no longer finite; the curve ends with that epoch.</param>
/// <param name="Epochs">Every epoch, from 0.</param>
/// <param name="Kept">Epochs whose weights were kept, ascending.</param>
/// <param name="Last">The last epoch whose weights are finite.</param>
/// <param name="Best">The first of the epochs with the best test score. It is chosen on the test images.</param>
public sealed record TrainingCurve(
    bool Diverged,
    ImmutableArray<TrainingEpoch> Epochs,
    ImmutableArray<int> Kept,
    int Last,
    int Best
);
