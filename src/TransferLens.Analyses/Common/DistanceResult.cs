using System.Collections.Immutable;

namespace TransferLens.Analyses.Common;

/// <summary>How far two solutions of one network lie apart.</summary>
/// <param name="Total">Euclidean distance over all parameters, the head left out when the two heads differ in shape or belong to other targets.</param>
/// <param name="FirstNorm">Euclidean norm of the first solution's parameters, over what <paramref name="Total"/> counts.</param>
/// <param name="SecondNorm">The same of the second.</param>
/// <param name="HeadLeftOut">Whether the head is left out.</param>
/// <param name="Modules">Each module's own; the head only when it is not left out.</param>
public sealed record DistanceResult(
    double Total,
    double FirstNorm,
    double SecondNorm,
    bool HeadLeftOut,
    ImmutableArray<ModuleDistance> Modules
);

/// <summary>How far a module of two solutions lies apart.</summary>
/// <param name="Name">The module.</param>
/// <param name="Distance">Euclidean distance over its parameters.</param>
/// <param name="FirstNorm">Euclidean norm of the first's parameters.</param>
/// <param name="SecondNorm">The same of the second.</param>
public sealed record ModuleDistance(string Name, double Distance, double FirstNorm, double SecondNorm);
