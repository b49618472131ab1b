using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.Interpolation;

/// <summary>
/// Performance on the plane through three models w0, w1, w2: a section of the landscape around them. A point of the
/// plane is an affine combination of the three, running statistics of batch normalization included unless they are
/// recomputed there. x runs along w1 - w0 and y perpendicular to it, towards w2; both in parameter distance, which
/// counts parameters and not buffers. Source: Neyshabur, Sedghi, Zhang 2020, section 3.4; Garipov et al. 2018, section
/// 3, for the coordinates.
/// </summary>
/// <remarks>It shows two dimensions of millions: a ridge on the plane does not exclude a way around it.</remarks>
public static class ModelPlane
{
    /// <summary>
    /// How far the grid extends beyond the triangle on each side, as a share of the triangle's extent.
    /// </summary>
    public const double Margin = 0.25;

    /// <summary>The most grid points on each side.</summary>
    public const int MostPoints = 101;

    /// <summary>Measures score and loss on a grid over three models, and exactly at each of them.</summary>
    /// <param name="network">
    /// A network of the models' kind to compute with; its weights are restored afterwards.
    /// </param>
    /// <param name="models">w0, w1 and w2.</param>
    /// <param name="side">Grid points on each side, 2 to <see cref="MostPoints"/>; all of them are evaluated.</param>
    /// <param name="images">The images that performance is measured on.</param>
    /// <param name="settings">How the network is evaluated.</param>
    /// <param name="recalibrateOn">
    /// Training images to recompute batch normalization's statistics from at each point; null to combine them like
    /// weights. Beyond the triangle a combined variance can be negative, and the loss undefined.
    /// </param>
    /// <param name="recalibrationImages">The most of them to use; null for all.</param>
    /// <param name="progress">Receives the progress, or null.</param>
    /// <param name="cancellationToken">Cancels the measurement between batches.</param>
    /// <exception cref="InputException">
    /// The three have different tensors or span no plane, or the side is out of range.
    /// </exception>
    public static PlaneResult Measure(
        Network network,
        IReadOnlyList<StateDict> models,
        int side,
        ImageSet images,
        EvaluationSettings settings,
        ImageSet? recalibrateOn = null,
        int? recalibrationImages = null,
        IProgress<TaskProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        if (models.Count != 3 || side is < 2 or > MostPoints)
        {
            throw new InputException(
                $"A plane through {models.Count} models with {side} points on each side cannot be measured. "
                    + $"Give three models and 2 to {MostPoints} points."
            );
        }

        var plane = PlaneGeometry.FromDistances(Distance(0, 1), Distance(0, 2), Distance(1, 2));
        var (x, y) = plane.Grid(side, Margin);
        using var mixture = new MixtureEvaluator(
            network,
            models,
            images,
            settings,
            recalibrateOn,
            recalibrationImages,
            Recalibration.DefaultBatch,
            cancellationToken
        );
        var (done, all) = (0, (side * side) + 3);
        ImmutableArray<PlaneModel> corners = [.. plane.Corners.Select(Corner)];
        var grid = y.Select(up => x.Select(across => Next(plane.Weights(across, up))).ToList()).ToList();
        return new(
            x,
            y,
            [.. grid.Select(row => row.Select(point => point.Score).ToImmutableArray())],
            [.. grid.Select(row => row.Select(point => Finite(point.Loss)).ToImmutableArray())],
            corners,
            recalibrateOn is not null
        );

        double Distance(int i, int j) => DistanceMeasurement.Measure(network, models[i], models[j]).Total;

        PlaneModel Corner((double X, double Y) corner, int at)
        {
            var (score, loss) = Next([.. Enumerable.Range(0, 3).Select(i => i == at ? 1.0 : 0)]);
            return new(corner.X, corner.Y, score, loss);
        }

        (double Score, double Loss) Next(ImmutableArray<double> weights)
        {
            var measured = mixture.Measure(weights);
            progress?.Report(new(++done / (double)all, $"point {done} of {all}"));
            return measured;
        }
    }

    private static double? Finite(double loss) => double.IsFinite(loss) ? loss : null;
}
