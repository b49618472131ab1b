using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;

namespace TransferLens.Live;

/// <summary>The run that a live page shows. It may not have started yet.</summary>
/// <param name="Folder">The run's folder.</param>
/// <param name="Open">
/// Reads its plan and opens its store; throws <see cref="InputException"/> while there is no plan.
/// </param>
public sealed record LiveRun(string Folder, Func<(Plan Plan, ArtifactStore Store)> Open);
