using System.Collections.Immutable;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Progress;

/// <summary>The learning curve of a training run, which may be in progress.</summary>
/// <param name="Task">Its task.</param>
/// <param name="Panel">The panel in which its curve is drawn.</param>
/// <param name="Group">Training runs of one group differ only in their seed.</param>
/// <param name="Name">Its name in the panel.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Epochs">Number of epochs of the whole training run.</param>
/// <param name="TestScore">
/// Test score in [0, 1] after epoch 0 (before the first step), 1, 2 and so on; null where the epoch was not tested or
/// training diverged.
/// </param>
internal sealed record TrainingSoFar(
    TaskSpec Task,
    string Panel,
    string Group,
    string Name,
    int Seed,
    int Epochs,
    ImmutableArray<double?> TestScore
)
{
    /// <summary>The metric of the test score.</summary>
    public Metric Metric { get; init; } = DeclaredMetrics.Accuracy;
}
