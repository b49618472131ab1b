using System.Collections.Immutable;

namespace TransferLens.Analyses.Common;

/// <summary>The distance between two models of one network.</summary>
/// <param name="Total">
/// Euclidean distance over all parameters; without the head if <paramref name="HeadLeftOut"/>.
/// </param>
/// <param name="FirstNorm">Euclidean norm of the first model's parameters, over the same parameters.</param>
/// <param name="SecondNorm">Euclidean norm of the second model's parameters.</param>
/// <param name="HeadLeftOut">
/// Whether the head is left out: the heads differ in shape, or belong to different targets.
/// </param>
/// <param name="Modules">
/// The distance of each module, in the order of computation; without the head if it is left out.
/// </param>
public sealed record DistanceResult(
    double Total,
    double FirstNorm,
    double SecondNorm,
    bool HeadLeftOut,
    ImmutableArray<ModuleDistance> Modules
);

/// <summary>The distance between a module of two models.</summary>
/// <param name="Name">The module.</param>
/// <param name="Distance">Euclidean distance over its parameters.</param>
/// <param name="FirstNorm">Euclidean norm of its parameters in the first model.</param>
/// <param name="SecondNorm">Euclidean norm of its parameters in the second model.</param>
public sealed record ModuleDistance(string Name, double Distance, double FirstNorm, double SecondNorm);
