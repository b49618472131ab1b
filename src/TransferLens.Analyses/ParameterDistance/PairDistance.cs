using System.Collections.Immutable;
using TransferLens.Analyses.Common;

namespace TransferLens.Analyses.ParameterDistance;

/// <summary>
/// The distance between two models of a study. Whether the two were trained with equal settings is
/// <see cref="RunPair.EqualSettings"/> of <paramref name="Pair"/>.
/// </summary>
/// <param name="Pair">The two models.</param>
/// <param name="Diverged">Whether one of them diverged; its last finite weights were used.</param>
/// <param name="Distance">Their distance, heads included where both are of one target.</param>
/// <param name="Displacement">How far apart they began and how each moved, without heads; P did not move.</param>
internal sealed record PairDistance(
    RunPair Pair,
    bool Diverged,
    DistanceResult Distance,
    DisplacementResult Displacement
);

/// <summary>
/// One pair of models in results.json; the numbers are those of <see cref="DistanceResult"/> and
/// <see cref="DisplacementResult"/>.
/// </summary>
internal sealed record DistanceEntry(
    string Target,
    string First,
    string Second,
    bool Diverged,
    double Total,
    double FirstNorm,
    double SecondNorm,
    bool HeadLeftOut,
    double Body,
    double Began,
    double FirstMoved,
    double SecondMoved,
    double? Cosine,
    ImmutableArray<DistanceEntryModule> Modules
)
{
    /// <summary>The entry of a pair.</summary>
    public static DistanceEntry Create(PairDistance pair)
    {
        var moved = pair.Displacement.Modules.ToDictionary(module => module.Name, StringComparer.Ordinal);
        return new(
            pair.Pair.First.Target,
            pair.Pair.First.Label,
            pair.Pair.Second?.Label ?? "P",
            pair.Diverged,
            pair.Distance.Total,
            pair.Distance.FirstNorm,
            pair.Distance.SecondNorm,
            pair.Distance.HeadLeftOut,
            pair.Displacement.Body,
            pair.Displacement.Began,
            pair.Displacement.FirstMoved,
            pair.Displacement.SecondMoved,
            pair.Displacement.Cosine,
            [
                .. pair.Distance.Modules.Select(module =>
                    DistanceEntryModule.Create(module, moved.GetValueOrDefault(module.Name))
                ),
            ]
        );
    }
}

/// <summary>One module of a <see cref="DistanceEntry"/>; displacements are null for the head.</summary>
internal sealed record DistanceEntryModule(
    string Name,
    double Distance,
    double FirstNorm,
    double SecondNorm,
    double? Began,
    double? FirstMoved,
    double? SecondMoved,
    double? Cosine
)
{
    /// <summary>The entry of a module.</summary>
    public static DistanceEntryModule Create(ModuleDistance module, ModuleDisplacement? moved) =>
        new(
            module.Name,
            module.Distance,
            module.FirstNorm,
            module.SecondNorm,
            moved?.Began,
            moved?.FirstMoved,
            moved?.SecondMoved,
            moved?.Cosine
        );
}
