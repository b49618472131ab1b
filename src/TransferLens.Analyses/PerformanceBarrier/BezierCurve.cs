using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>
/// A quadratic Bezier curve between two models, phi(t) = (1 - t)^2 theta_1 + 2 t (1 - t) theta + t^2 theta_2 for t in
/// [0, 1], whose middle theta is trained: for each batch t is drawn uniformly, and theta descends the loss of phi(t).
/// It shows whether models that a straight line separates lie in one connected valley. Source: Garipov, Izmailov,
/// Podoprikhin, Vetrov, Wilson 2018, section 3.
/// </summary>
/// <remarks>
/// Such a curve exists between most models; it does not allow averaging them, since the average is not on it. With few
/// epochs a remaining barrier says little. Weight decay acts on theta, penalties towards initial weights pull it to
/// its start, and the schedule of the recipe is stretched or compressed to the number of epochs.
/// </remarks>
public static class BezierCurve
{
    /// <summary>Trains the middle of the curve, from halfway between the models.</summary>
    /// <param name="network">A network of their kind to compute with; its weights are restored afterwards.</param>
    /// <param name="first">theta_1, at t = 0.</param>
    /// <param name="second">theta_2, at t = 1.</param>
    /// <param name="images">Training images, at least two.</param>
    /// <param name="recipe">How to train. What it freezes or adapts is trained too.</param>
    /// <param name="epochs">Passes over the images, at least 1.</param>
    /// <param name="folder">An existing folder to resume from after an interruption, with equal arguments.</param>
    /// <param name="progress">Receives the progress, or null.</param>
    /// <param name="cancellationToken">Cancels between batches; the folder then allows resuming.</param>
    /// <returns>theta, which the caller disposes; null if the loss is no longer finite.</returns>
    /// <exception cref="InputException">The models have different tensors, or the recipe does not fit the network.
    /// </exception>
    public static StateDict? Train(
        Network network,
        StateDict first,
        StateDict second,
        ImageSet images,
        TrainingRecipe recipe,
        int epochs,
        string folder,
        IProgress<TaskProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        using var restored = StateDict.Of(network);
        try
        {
            using var training = new CurveTraining(network, (first, second), images, recipe, epochs, folder);
            return training.Run(progress, cancellationToken) ? StateDict.Of(network) : null;
        }
        finally
        {
            restored.CopyTo(network);
        }
    }

    /// <summary>Measures the curve.</summary>
    /// <param name="network">A network of the models' kind; its weights are restored afterwards.</param>
    /// <param name="first">theta_1.</param>
    /// <param name="middle">theta.</param>
    /// <param name="second">theta_2.</param>
    /// <param name="positions">Where to measure, values of t; 0 and 1 among them.</param>
    /// <param name="images">The images that performance is measured on.</param>
    /// <param name="settings">How the network is evaluated.</param>
    /// <param name="recalibrateOn">
    /// Training images to recompute batch normalization's statistics from at each point; null to combine them like
    /// weights.
    /// </param>
    /// <param name="recalibrationImages">The most of them to use; null for all.</param>
    /// <param name="progress">Receives the progress, or null.</param>
    /// <param name="cancellationToken">Cancels the measurement between batches.</param>
    /// <returns>Score and loss by t, and the barrier: the largest shortfall of the curve below the straight line
    /// between the performances of its ends.</returns>
    /// <exception cref="InputException">The models do not have the same tensors.</exception>
    public static BarrierCurve Measure(
        Network network,
        StateDict first,
        StateDict middle,
        StateDict second,
        IReadOnlyList<double> positions,
        ImageSet images,
        EvaluationSettings settings,
        ImageSet? recalibrateOn = null,
        int? recalibrationImages = null,
        IProgress<TaskProgress>? progress = null,
        CancellationToken cancellationToken = default
    ) =>
        MeasureWithSamples(
            network,
            [first, second, middle],
            positions,
            images,
            settings,
            recalibrateOn,
            recalibrationImages,
            progress,
            cancellationToken
        ).Curve;

    /// <summary>The same, with the resamples that the intervals come from.</summary>
    internal static (BarrierCurve Curve, LineSamples Samples) MeasureWithSamples(
        Network network,
        IReadOnlyList<StateDict> firstSecondMiddle,
        IReadOnlyList<double> positions,
        ImageSet images,
        EvaluationSettings settings,
        ImageSet? recalibrateOn,
        int? recalibrationImages,
        IProgress<TaskProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        using var mixture = new MixtureEvaluator(
            network,
            firstSecondMiddle,
            images,
            settings,
            Recalibration.Applies(network) ? recalibrateOn : null,
            recalibrationImages,
            Recalibration.DefaultBatch,
            cancellationToken
        );
        return BarrierMeasurement.MeasureAlong(positions, images, settings, Point, progress);

        EvaluationResult Point(double t)
        {
            var (first, between, second) = Weights(t);
            return mixture.Evaluate([first, second, between]);
        }
    }

    /// <summary>The weights of theta_1, theta and theta_2 at a point.</summary>
    internal static (double First, double Middle, double Second) Weights(double t) =>
        ((1 - t) * (1 - t), 2 * t * (1 - t), t * t);
}
