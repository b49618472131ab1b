using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.Interpolation;

/// <summary>
/// Performance on the plane through three solutions w0, w1, w2, the image of the landscape that they lie in. A point of
/// the plane is an affine combination of the three, running statistics of batch normalization included unless they are
/// recomputed there. Coordinates: <see cref="PlaneGeometry"/>; they count parameters, not buffers.
/// Source: Neyshabur, Sedghi, Zhang 2020, section 3.4; Garipov et al. 2018, section 3, for the coordinates.
/// </summary>
/// <remarks>Two dimensions of millions: a ridge on the plane says nothing about ways around it.</remarks>
public static class SolutionPlane
{
    /// <summary>What the grid reaches beyond the triangle at each side, as a share of the triangle's extent.</summary>
    public const double Margin = 0.25;

    /// <summary>Score and loss on a grid over three solutions, and exactly at each of them.</summary>
    /// <param name="network">A network of the solutions' kind, to compute with; its weights are put back afterwards.</param>
    /// <param name="solutions">w0, w1 and w2.</param>
    /// <param name="side">Grid points a side, 2 to 101; all of them are evaluated.</param>
    /// <param name="images">What performance is measured on.</param>
    /// <param name="settings">How.</param>
    /// <param name="recalibrateOn">Training images to recompute batch normalization's statistics from at each point; null
    /// to combine them like weights. Beyond the triangle a combined variance can be negative, and the loss undefined.</param>
    /// <param name="recalibrationImages">At most so many of them; null for all.</param>
    /// <param name="progress">Takes the progress, or null.</param>
    /// <param name="cancellationToken">Asks to stop.</param>
    /// <exception cref="InputException">The three have other tensors or span no plane, or the side is out of range.</exception>
    public static PlaneResult Measure(
        Network network,
        IReadOnlyList<StateDict> solutions,
        int side,
        ImageSet images,
        EvaluationSettings settings,
        ImageSet? recalibrateOn = null,
        int? recalibrationImages = null,
        IProgress<TaskProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        if (solutions.Count != 3 || side is < 2 or > 101)
        {
            throw new InputException(
                $"A plane through {solutions.Count} solutions with {side} points a side cannot be measured: it takes three solutions and 2 to 101 points a side."
            );
        }

        var plane = PlaneGeometry.Of(Distance(0, 1), Distance(0, 2), Distance(1, 2));
        var (x, y) = plane.Grid(side, Margin);
        using var mixture = new MixtureEvaluator(
            network,
            solutions,
            images,
            settings,
            recalibrateOn,
            recalibrationImages,
            Recalibration.DefaultBatch,
            cancellationToken
        );
        var (done, all) = (0, (side * side) + 3);
        ImmutableArray<PlaneSolution> corners =
        [
            .. plane.Corners.Select(
                (corner, i) =>
                {
                    var measured = Next([.. Enumerable.Range(0, 3).Select(j => i == j ? 1.0 : 0)]);
                    return new PlaneSolution(corner.X, corner.Y, measured.Score, measured.Loss);
                }
            ),
        ];
        var grid = y.Select(up =>
                x.Select(across => Next(plane.Weights(across, up))).Select(e => (e.Score, e.Loss)).ToList()
            )
            .ToList();
        return new(
            x,
            y,
            [.. grid.Select(row => row.Select(e => e.Score).ToImmutableArray())],
            [
                .. grid.Select(row =>
                    row.Select(e => double.IsFinite(e.Loss) ? e.Loss : (double?)null).ToImmutableArray()
                ),
            ],
            corners,
            recalibrateOn is not null
        );

        double Distance(int i, int j) => DistanceMeasurement.Measure(network, solutions[i], solutions[j]).Total;

        EvaluationResult Next(ImmutableArray<double> weights)
        {
            var measured = mixture.At(weights);
            progress?.Report(new(++done / (double)all, $"point {done} of {all}"));
            return measured;
        }
    }
}

/// <summary>Performance on a plane through three solutions.</summary>
/// <param name="X">Coordinates of the grid's columns, in parameter distance, increasing.</param>
/// <param name="Y">Coordinates of the grid's rows, in parameter distance, increasing.</param>
/// <param name="Score">Share of images classified right, or the mean AUC where they may show several labels, row by row: <c>Score[i][j]</c> is at X[j], Y[i].</param>
/// <param name="Loss">Mean loss in nats, likewise; null where it is not finite.</param>
/// <param name="Solutions">The three solutions, evaluated themselves.</param>
/// <param name="Recalibrated">Whether statistics of batch normalization were recomputed at each point, the solutions included.</param>
public sealed record PlaneResult(
    ImmutableArray<double> X,
    ImmutableArray<double> Y,
    ImmutableArray<ImmutableArray<double>> Score,
    ImmutableArray<ImmutableArray<double?>> Loss,
    ImmutableArray<PlaneSolution> Solutions,
    bool Recalibrated
);

/// <summary>A solution on a plane.</summary>
/// <param name="X">Where it lies.</param>
/// <param name="Y">Where it lies.</param>
/// <param name="Score">The same there.</param>
/// <param name="Loss">Mean loss in nats.</param>
public sealed record PlaneSolution(
    double X,
    double Y,
    double Score,
    [property: JsonConverter(typeof(NullWhenUndefined))] double Loss
);
