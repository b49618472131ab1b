using System.Collections.Immutable;

namespace TransferLens.Report.TensorBoard;

/// <summary>A training's curve, as TensorBoard shows it.</summary>
/// <param name="Target">The data that it was trained on; the folder that its events lie in.</param>
/// <param name="Name">Its label; the folder below that one.</param>
/// <param name="Started">When it began: the wall time of all its events, since none other is recorded.</param>
/// <param name="Steps">Its epochs, ascending.</param>
public sealed record TrainingScalars(
    string Target,
    string Name,
    DateTimeOffset Started,
    ImmutableArray<ScalarStep> Steps
);

/// <summary>The scalars of one epoch.</summary>
/// <param name="Step">The epoch.</param>
/// <param name="Values">Tag and value, for example <c>test/accuracy</c>, a fraction in [0, 1]; what was not measured is not in it.</param>
public sealed record ScalarStep(int Step, ImmutableArray<KeyValuePair<string, double>> Values);
