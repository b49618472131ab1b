using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TransferLens.Analyses.Interpolation;

/// <summary>Performance on a plane through three models.</summary>
/// <param name="X">Coordinates of the grid's columns, in parameter distance, increasing.</param>
/// <param name="Y">Coordinates of the grid's rows, in parameter distance, increasing.</param>
/// <param name="Score">
/// Share of images classified correctly, or the mean AUC of multi-label images, row by row: <c>Score[i][j]</c> is at
/// (X[j], Y[i]).
/// </param>
/// <param name="Loss">Mean loss in nats, in the same order; null where it is not finite.</param>
/// <param name="Models">The three models, each evaluated.</param>
/// <param name="Recalibrated">
/// Whether statistics of batch normalization were recomputed at each point, the models included.
/// </param>
public sealed record PlaneResult(
    ImmutableArray<double> X,
    ImmutableArray<double> Y,
    ImmutableArray<ImmutableArray<double>> Score,
    ImmutableArray<ImmutableArray<double?>> Loss,
    ImmutableArray<PlaneModel> Models,
    bool Recalibrated
);

/// <summary>One of the three models of a plane.</summary>
/// <param name="X">Its x coordinate.</param>
/// <param name="Y">Its y coordinate.</param>
/// <param name="Score">Its score.</param>
/// <param name="Loss">Its mean loss in nats; null in JSON where it is not finite.</param>
public sealed record PlaneModel(
    double X,
    double Y,
    double Score,
    [property: JsonConverter(typeof(NullWhenUndefined))] double Loss
);
