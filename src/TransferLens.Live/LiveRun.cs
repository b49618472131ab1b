using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;

namespace TransferLens.Live;

/// <summary>The run that a live page shows; it need not have begun.</summary>
/// <param name="Folder">The run's folder.</param>
/// <param name="Open">Reads its plan and finds its store; throws <see cref="InputException"/> while there is none.</param>
public sealed record LiveRun(string Folder, Func<(Plan Plan, ArtifactStore Store)> Open);
