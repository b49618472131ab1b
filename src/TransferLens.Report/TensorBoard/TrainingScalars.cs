using System.Collections.Immutable;

namespace TransferLens.Report.TensorBoard;

/// <summary>The learning curve of a training run, for TensorBoard.</summary>
/// <param name="Target">The target, and the name of the folder of its events.</param>
/// <param name="Name">The label of the run, and the name of the folder in the folder of the target.</param>
/// <param name="Started">When the run started. All its events have this wall time, since no other is recorded.</param>
/// <param name="Steps">The epochs, ascending.</param>
public sealed record TrainingScalars(
    string Target,
    string Name,
    DateTimeOffset Started,
    ImmutableArray<ScalarStep> Steps
);

/// <summary>The scalars of one epoch.</summary>
/// <param name="Step">The epoch.</param>
/// <param name="Values">
/// Tags and values, for example <c>test/accuracy</c>, a fraction in [0, 1]. Values that were not measured are left out.
/// </param>
public sealed record ScalarStep(int Step, ImmutableArray<KeyValuePair<string, double>> Values);
