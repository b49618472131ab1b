using System.Collections.Immutable;
using TransferLens.Analyses.Common;

namespace TransferLens.Analyses.ParameterDistance;

/// <summary>The distance between two models of a study.</summary>
/// <param name="Pair">The two models.</param>
/// <param name="Diverged">Whether one of them diverged; its last finite weights were used.</param>
/// <param name="Distance">Their distance.</param>
internal sealed record PairDistance(RunPair Pair, bool Diverged, DistanceResult Distance);

/// <summary>One pair of models in results.json; the numbers are those of <see cref="DistanceResult"/>.</summary>
internal sealed record DistanceEntry(
    string Target,
    string First,
    string Second,
    bool Diverged,
    double Total,
    double FirstNorm,
    double SecondNorm,
    bool HeadLeftOut,
    ImmutableArray<ModuleDistance> Modules
)
{
    /// <summary>The entry of a pair.</summary>
    public static DistanceEntry Create(PairDistance pair) =>
        new(
            pair.Pair.First.Target,
            pair.Pair.First.Label,
            pair.Pair.Second?.Label ?? "P",
            pair.Diverged,
            pair.Distance.Total,
            pair.Distance.FirstNorm,
            pair.Distance.SecondNorm,
            pair.Distance.HeadLeftOut,
            pair.Distance.Modules
        );
}
