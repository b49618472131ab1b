using System.Collections.Immutable;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>Score against cost of training on all targets.</summary>
/// <param name="Targets">The targets.</param>
/// <param name="FirstOfSeveral">Runs with several learning rates, of which the first was used.</param>
internal sealed record DepthResults(ImmutableArray<DepthTarget> Targets, ImmutableArray<PlannedRun> FirstOfSeveral);
