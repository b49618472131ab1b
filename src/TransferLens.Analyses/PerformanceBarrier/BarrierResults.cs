using System.Collections.Immutable;
using TransferLens.Analyses.Interpolation;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>What the models of a study are like along lines, on planes and within basins.</summary>
/// <param name="Pairs">The line between each pair of training runs.</param>
/// <param name="Planes">The planes through three models.</param>
/// <param name="Basins">The basin tests.</param>
internal sealed record BarrierResults(
    ImmutableArray<PairBarrier> Pairs,
    ImmutableArray<MeasuredPlane> Planes,
    ImmutableArray<TestedBasin> Basins
);
