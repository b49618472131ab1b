using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.Interpolation;

/// <summary>
/// The performance barrier between two solutions: the largest shortfall of performance on the line
/// theta(lambda) = (1 - lambda) theta_1 + lambda theta_2, lambda in [0, 1], below the straight line between the
/// performances of its end points. Range: 0 (never below) to the performance of the better end point.
/// Solutions without a barrier lie in one basin, as far as this line can show.
/// Performance is accuracy, or the mean AUC where images may show several labels, and the loss.
/// Its 95 % interval over test images is that of <see cref="BarrierBootstrap"/>. Source: Neyshabur, Sedghi, Zhang 2020, section 3.4.
/// </summary>
/// <remarks>
/// Running statistics of batch normalization that are interpolated fit none of the activations in the middle; a
/// barrier of the raw curve may be theirs alone. The recalibrated curve recomputes them at each point, the ends included.
/// </remarks>
public static class BarrierMeasurement
{
    /// <summary>Evenly spaced lambdas, with 0, 0.5 and 1 put in where the spacing misses them.</summary>
    /// <param name="points">Number of evenly spaced lambdas, at least 2.</param>
    /// <param name="from">The smallest, at most 0.</param>
    /// <param name="to">The largest, at least 1.</param>
    /// <exception cref="InputException">A number is out of range.</exception>
    public static ImmutableArray<double> Grid(int points, double from = 0, double to = 1)
    {
        if (points is < 2 or > 10001 || !(from <= 0) || !(to >= 1) || !double.IsFinite(to - from))
        {
            throw new InputException(
                $"A barrier over {points} points from {from} to {to} cannot be measured: it takes 2 to 10001 points, from 0 or below to 1 or above."
            );
        }

        // Divided last, and snapped, so that -0.5 + 5 x 0.1 is 0 and not something near it.
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

    /// <summary>Score and loss along the line, and the barrier.</summary>
    /// <param name="network">A network of the two solutions' kind, to compute with; its weights are put back afterwards.</param>
    /// <param name="first">theta_1.</param>
    /// <param name="second">theta_2.</param>
    /// <param name="lambdas">Where to measure; 0 and 1 among them.</param>
    /// <param name="images">What performance is measured on.</param>
    /// <param name="settings">How.</param>
    /// <param name="recalibrateOn">Training images to recompute batch normalization's statistics from at each point; null for the raw curve.</param>
    /// <param name="recalibrationImages">At most so many of them; null for all.</param>
    /// <param name="recalibrationBatch">Images of a batch of the recalibration, at most.</param>
    /// <param name="progress">Takes the progress, or null.</param>
    /// <param name="cancellationToken">Asks to stop.</param>
    /// <exception cref="InputException">The two do not have the same tensors.</exception>
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
        var points = new List<BarrierPoint>();
        var each = new List<(double Lambda, ImageScore Score, double[] Losses)>();
        foreach (var lambda in lambdas)
        {
            var measured = mixture.At([1 - lambda, lambda]);
            if (BarrierBootstrap.Takes(lambdas, points.Count, images.Count))
            {
                each.Add(
                    (
                        lambda,
                        ImageScore.Of(measured, images.Labels),
                        Bootstrap.Losses(measured, images.Labels, settings.Loss)
                    )
                );
            }

            points.Add(new(lambda, measured.Score, measured.Loss));
            progress?.Report(new(points.Count / (double)lambdas.Count, $"point {points.Count} of {lambdas.Count}"));
        }

        return BarrierBootstrap.Measure(BarrierCurve.Of(points), each);
    }
}
