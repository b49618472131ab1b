using System.Collections.Immutable;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>Score against cost of training on all targets.</summary>
/// <param name="Targets">The targets.</param>
internal sealed record DepthResults(ImmutableArray<DepthTarget> Targets);
