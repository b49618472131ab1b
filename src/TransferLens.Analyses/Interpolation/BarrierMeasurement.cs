using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.Interpolation;

/// <summary>
/// The performance barrier between two models: the largest shortfall of performance on the line
/// theta(lambda) = (1 - lambda) theta_1 + lambda theta_2, lambda in [0, 1], below the straight line between the
/// performances of its end points. Range: 0 (never below) to the performance of the better end point.
/// Performance is accuracy, or the mean AUC of multi-label images, and the loss. The 95 % interval over test images
/// comes from a bootstrap that takes the same images at every lambda. Source: Neyshabur, Sedghi, Zhang 2020, section
/// 3.4.
/// </summary>
/// <remarks>
/// Two models without a barrier share a basin; a barrier does not exclude a curved way around it. Running statistics of
/// batch normalization that are interpolated fit none of the activations in the middle, so a barrier of the raw curve
/// may be due to them alone. The recalibrated curve recomputes them at every point, the ends included. For a network
/// without batch normalization it rescales the activations between the ends (REPAIR, Jordan et al. 2022).
/// </remarks>
public static class BarrierMeasurement
{
    /// <summary>Evenly spaced lambdas on a line unless another number is given.</summary>
    public const int DefaultPoints = 11;

    /// <summary>The most evenly spaced lambdas on a line.</summary>
    public const int MostPoints = 10001;

    /// <summary>Evenly spaced lambdas, with 0, 0.5 and 1 added where the spacing misses them.</summary>
    /// <param name="points">Number of evenly spaced lambdas, 2 to <see cref="MostPoints"/>.</param>
    /// <param name="from">The smallest, at most 0.</param>
    /// <param name="to">The largest, at least 1.</param>
    /// <exception cref="InputException">A number is out of range.</exception>
    public static ImmutableArray<double> Grid(int points = DefaultPoints, double from = 0, double to = 1)
    {
        if (points is < 2 or > MostPoints || !(from <= 0) || !(to >= 1) || !double.IsFinite(to - from))
        {
            throw new InputException(
                $"A barrier cannot be measured at {points} points from {from} to {to}. "
                    + $"Give 2 to {MostPoints} points, from 0 or less to 1 or more."
            );
        }

        // Dividing last and rounding makes -0.5 + 5 x 0.1 exactly 0.
        return
        [
            .. Enumerable
                .Range(0, points)
                .Select(i => Math.Round(((from * (points - 1 - i)) + (to * i)) / (points - 1), 12))
                .Append(0)
                .Append(0.5)
                .Append(1)
                .Select(lambda => lambda == 0 ? 0 : lambda)
                .Distinct()
                .Order(),
        ];
    }

    /// <summary>Measures score and loss along the line, and the barrier.</summary>
    /// <param name="network">A network of the same kind to compute with; its weights are restored afterwards.</param>
    /// <param name="first">theta_1.</param>
    /// <param name="second">theta_2.</param>
    /// <param name="lambdas">Where to measure; 0 and 1 among them.</param>
    /// <param name="images">The images that performance is measured on.</param>
    /// <param name="settings">How the network is evaluated.</param>
    /// <param name="recalibrateOn">
    /// Training images for the recalibrated curve; null for the raw curve.
    /// </param>
    /// <param name="recalibrationImages">The most of them to use; null for all.</param>
    /// <param name="recalibrationBatch">The most images in a batch of the recalibration.</param>
    /// <param name="progress">Receives the progress, or null.</param>
    /// <param name="cancellationToken">Cancels the measurement between batches.</param>
    /// <exception cref="InputException">The two models do not have the same tensors, or the network has neither batch
    /// normalization nor a graph, so that no recalibrated curve can be measured.</exception>
    public static BarrierCurve Measure(
        Network network,
        StateDict first,
        StateDict second,
        IReadOnlyList<double> lambdas,
        ImageSet images,
        EvaluationSettings settings,
        ImageSet? recalibrateOn = null,
        int? recalibrationImages = null,
        int recalibrationBatch = Recalibration.DefaultBatch,
        IProgress<TaskProgress>? progress = null,
        CancellationToken cancellationToken = default
    ) =>
        MeasureWithSamples(
            network,
            first,
            second,
            lambdas,
            images,
            settings,
            recalibrateOn,
            recalibrationImages,
            recalibrationBatch,
            progress,
            cancellationToken
        ).Curve;

    /// <summary>The same, with the resamples that the intervals come from.</summary>
    internal static (BarrierCurve Curve, LineSamples Samples) MeasureWithSamples(
        Network network,
        StateDict first,
        StateDict second,
        IReadOnlyList<double> lambdas,
        ImageSet images,
        EvaluationSettings settings,
        ImageSet? recalibrateOn,
        int? recalibrationImages,
        int recalibrationBatch,
        IProgress<TaskProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        using var mixture = new MixtureEvaluator(
            network,
            [first, second],
            images,
            settings,
            recalibrateOn,
            recalibrationImages,
            recalibrationBatch,
            cancellationToken
        );
        return MeasureAlong(lambdas, images, settings, Point, progress);

        EvaluationResult Point(double lambda) => mixture.Evaluate([1 - lambda, lambda]);
    }

    /// <summary>Measures any path between two models.</summary>
    /// <param name="lambdas">Where to measure; 0 and 1 among them.</param>
    /// <param name="images">The images that performance is measured on.</param>
    /// <param name="settings">How the network is evaluated.</param>
    /// <param name="evaluate">Evaluates the point of the path at a lambda.</param>
    /// <param name="progress">Receives the progress, or null.</param>
    internal static (BarrierCurve Curve, LineSamples Samples) MeasureAlong(
        IReadOnlyList<double> lambdas,
        ImageSet images,
        EvaluationSettings settings,
        Func<double, EvaluationResult> evaluate,
        IProgress<TaskProgress>? progress
    )
    {
        var points = new List<BarrierPoint>();
        var resampled = new List<(double Lambda, ImageScore Score, double[] Losses)>();
        foreach (var lambda in lambdas)
        {
            var measured = evaluate(lambda);
            if (BarrierBootstrap.Takes(lambdas, points.Count, images.Count))
            {
                var score = ImageScore.Of(measured, images.Labels);
                resampled.Add((lambda, score, Bootstrap.Losses(measured, images.Labels, settings.Loss)));
            }

            points.Add(new(lambda, measured.Score, measured.Loss));
            progress?.Report(new(points.Count / (double)lambdas.Count, $"point {points.Count} of {lambdas.Count}"));
        }

        return BarrierBootstrap.MeasureWithSamples(BarrierCurve.FromPoints(points), resampled);
    }
}
