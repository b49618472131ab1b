using System.Collections.Immutable;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.WiseFt;

/// <summary>
/// The line from P to P-T: theta(alpha) = (1 - alpha) theta_P + alpha theta_P-T over all tensors but those of the head,
/// alpha in [0, 1]. The head is that of P-T at every alpha to measure the target, and that of P to measure the source.
/// Performance is the metric of the images, in [0, 1], and the mean loss in nats. Source: Wortsman et al. 2022, Robust
/// fine-tuning of zero-shot models (WiSE-FT).
/// </summary>
/// <remarks>
/// On the target, alpha 1 is P-T, bit for bit; on the source, alpha 0 is P. Running statistics of batch normalization
/// that are interpolated fit none of the activations in the middle, and those of one data set do not fit another, so
/// the recalibrated line recomputes them at every alpha, the ends included, on training images of the data set that is
/// measured. P's head never saw the features of P-T: what it loses is an upper bound of what the features lost.
/// </remarks>
public static class WiseFtMeasurement
{
    /// <summary>Evenly spaced alphas unless another number is given: 0, 0.1, ..., 1.</summary>
    public const int DefaultPoints = 11;

    /// <summary>The most evenly spaced alphas.</summary>
    public const int MostPoints = 1001;

    /// <summary>Evenly spaced alphas from 0 to 1.</summary>
    /// <param name="points">Their number, 2 to <see cref="MostPoints"/>.</param>
    /// <exception cref="InputException">The number is out of range.</exception>
    public static ImmutableArray<double> Grid(int points = DefaultPoints) =>
        points is >= 2 and <= MostPoints
            ? [.. Enumerable.Range(0, points).Select(i => Math.Round(i / (points - 1.0), 12))]
            : throw new InputException(
                $"The line from P cannot be measured at {points} points. Give 2 to {MostPoints} points."
            );

    /// <summary>Measures score and loss along the line, on images of one data set.</summary>
    /// <param name="pretrained">P.</param>
    /// <param name="fineTuned">P-T, of the same network; the heads may have different classes.</param>
    /// <param name="head">Whose head is used: that of the model that was trained on these images' classes.</param>
    /// <param name="images">The images that performance is measured on; labels below the classes of the head.</param>
    /// <param name="settings">How the network is evaluated.</param>
    /// <param name="recalibrateOn">
    /// Training images of the same data set to recompute batch normalization's statistics from at each alpha; null for
    /// the raw line.
    /// </param>
    /// <param name="alphas">Where to measure, in order, 0 and 1 among them; null for <see cref="Grid"/>.</param>
    /// <param name="recalibrationImages">The most images to recompute statistics from; null for all.</param>
    /// <param name="recalibrationBatch">The most images in a batch of the recalibration.</param>
    /// <param name="progress">Receives the progress, or null.</param>
    /// <param name="cancellationToken">Cancels the measurement between batches.</param>
    /// <returns>The line. The two networks do not change.</returns>
    /// <exception cref="InputException">The models do not have the same tensors besides their heads, or an end is not
    /// among the alphas.</exception>
    public static WiseFtCurve Measure(
        Network pretrained,
        Network fineTuned,
        LineHead head,
        ImageSet images,
        EvaluationSettings settings,
        ImageSet? recalibrateOn = null,
        IReadOnlyList<double>? alphas = null,
        int? recalibrationImages = null,
        int recalibrationBatch = Recalibration.DefaultBatch,
        IProgress<TaskProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(pretrained);
        ArgumentNullException.ThrowIfNull(fineTuned);
        ArgumentNullException.ThrowIfNull(images);
        alphas ??= Grid();
        Check(alphas);
        var network = head == LineHead.FineTuned ? fineTuned : pretrained;
        using var ends = LineEnds.Create(pretrained, fineTuned, head);
        using var mixture = new MixtureEvaluator(
            network,
            ends.Models,
            images,
            settings,
            recalibrateOn,
            recalibrationImages,
            recalibrationBatch,
            cancellationToken
        );
        var points = new List<(WiseFtPoint Point, ImageScore Score)>();
        foreach (var alpha in alphas)
        {
            var measured = mixture.Evaluate([1 - alpha, alpha]);
            var score = ImageScore.Of(measured, images.Labels);
            var (low, high) = Bootstrap.Interval(score);
            points.Add((new(alpha, new(measured.Score, low, high), Finite(measured.Loss)), score));
            progress?.Report(new(points.Count / (double)alphas.Count, $"alpha {points.Count} of {alphas.Count}"));
        }

        return new([.. points.Select(point => point.Point)], images.Count)
        {
            Samples = [.. points.Select(point => ScoreSample.FromScore(point.Score))],
        };
    }

    /// <summary>The weights at one point of the line.</summary>
    /// <param name="pretrained">P.</param>
    /// <param name="fineTuned">P-T, of the same network.</param>
    /// <param name="alpha">In [0, 1]; at 1 the weights are those of P-T, bit for bit.</param>
    /// <param name="settings">How the network is evaluated, for the recalibration.</param>
    /// <param name="recalibrateOn">
    /// Training images of the target to recompute batch normalization's statistics from; null to interpolate them.
    /// </param>
    /// <param name="recalibrationImages">The most of them to use; null for all.</param>
    /// <param name="recalibrationBatch">The most images in a batch of the recalibration.</param>
    /// <param name="cancellationToken">Cancels the recalibration between batches.</param>
    /// <returns>The weights with the head of P-T; the caller disposes them. The two networks do not change.</returns>
    /// <exception cref="InputException">The models do not have the same tensors besides their heads.</exception>
    public static StateDict Mix(
        Network pretrained,
        Network fineTuned,
        double alpha,
        EvaluationSettings settings,
        ImageSet? recalibrateOn = null,
        int? recalibrationImages = null,
        int recalibrationBatch = Recalibration.DefaultBatch,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(pretrained);
        ArgumentNullException.ThrowIfNull(fineTuned);
        using var original = StateDict.Of(fineTuned);
        using var ends = LineEnds.Create(pretrained, fineTuned, LineHead.FineTuned);
        try
        {
            LinearInterpolation.Write(fineTuned, ends.Models, [1 - alpha, alpha]);
            if (recalibrateOn is not null && Recalibration.Applies(fineTuned))
            {
                Recalibration.Run(
                    fineTuned,
                    recalibrateOn,
                    settings,
                    recalibrationImages,
                    recalibrationBatch,
                    cancellationToken
                );
            }

            return StateDict.Of(fineTuned);
        }
        finally
        {
            original.CopyTo(fineTuned);
        }
    }

    private static void Check(IReadOnlyList<double> alphas)
    {
        if (!alphas.Contains(0) || !alphas.Contains(1) || alphas.Any(alpha => alpha is not (>= 0 and <= 1)))
        {
            throw new InputException("The line from P is measured at alphas from 0 to 1. Give both ends, too.");
        }
    }

    private static double Finite(double loss) => double.IsFinite(loss) ? loss : double.NaN;
}
