using System.Collections.Immutable;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>What training less of the network costs, on every target.</summary>
/// <param name="Targets">The targets.</param>
/// <param name="FirstOfSeveral">Runs with several learning rates, of which the first is followed.</param>
internal sealed record DepthResults(ImmutableArray<DepthTarget> Targets, ImmutableArray<PlannedRun> FirstOfSeveral);
