using System.Collections.Immutable;

namespace TransferLens.Analyses.Common;

/// <summary>
/// How far apart two models of one network are, how far apart they began, and how each moved, without their heads.
/// All distances are Euclidean, in units of the weights, and at least 0.
/// </summary>
/// <param name="Body">Distance between the two models now, |theta_1 - theta_2|.</param>
/// <param name="Began">Distance between their initial weights, |theta_1^0 - theta_2^0|.</param>
/// <param name="FirstMoved">How far the first moved, |theta_1 - theta_1^0|.</param>
/// <param name="SecondMoved">How far the second moved, |theta_2 - theta_2^0|.</param>
/// <param name="Cosine">
/// Cosine of the angle between the two displacements, in [-1, 1]: 1 where both moved in one direction, near 0 where
/// their directions have nothing in common; null where one did not move.
/// </param>
/// <param name="Modules">The same for each module, in the order of computation, without the head.</param>
public sealed record DisplacementResult(
    double Body,
    double Began,
    double FirstMoved,
    double SecondMoved,
    double? Cosine,
    ImmutableArray<ModuleDisplacement> Modules
);

/// <summary>How a module of two models moved.</summary>
/// <param name="Name">The module.</param>
/// <param name="Distance">Distance between its parameters in the two models now.</param>
/// <param name="Began">Distance between its initial parameters.</param>
/// <param name="FirstMoved">How far it moved in the first model.</param>
/// <param name="SecondMoved">How far it moved in the second.</param>
/// <param name="Cosine">Cosine of the two displacements, in [-1, 1]; null where one did not move.</param>
public sealed record ModuleDisplacement(
    string Name,
    double Distance,
    double Began,
    double FirstMoved,
    double SecondMoved,
    double? Cosine
);
