using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Randomness;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>
/// Whether the segment or triangle S spanned by models with n parameters is an (epsilon, delta)-basin of a loss l:
/// (1) E |l(w) - mean| is at most epsilon, where w is uniform on S and mean is the mean of l there;
/// (2) E l(f + nu) - mean is at least 2 epsilon, where f is the point at which the ray from one random point of S
/// through another leaves S, and nu is Gaussian noise of variance delta^2 / n on each parameter, of length about delta;
/// (3) E l(f moved further along the ray by |N(0, delta^2)|) - mean is at least 2 epsilon. The smallest epsilon that
/// can pass is (1). Source: Neyshabur, Sedghi, Zhang 2020, definition 3.1.
/// </summary>
/// <remarks>
/// The outcome depends on the scale: with a small delta the noise stays within the valley that the basin is a part of.
/// Errors are standard errors over the draws, not over training runs or images. With few draws (1) is slightly too low,
/// by about half of 1 / draws of its value, because the mean is estimated from the same draws.
/// </remarks>
public static class BasinTest
{
    /// <summary>The fewest draws whose standard errors are meaningful.</summary>
    public const int FewestDraws = 10;

    /// <summary>The seed of the draws in a study, the same for every set of models.</summary>
    public const uint DefaultSeed = 1;

    /// <summary>Runs the test for any loss; the caller evaluates it at the points of the test.</summary>
    /// <param name="distances">Distances between the models, row by row; 2 x 2 or 3 x 3.</param>
    /// <param name="parameters">n.</param>
    /// <param name="delta">delta, in units of the distances, not negative.</param>
    /// <param name="draws">
    /// Random points of each kind, at least <see cref="FewestDraws"/>; three evaluations each.
    /// </param>
    /// <param name="seed">Seed of the draws.</param>
    /// <param name="loss">The loss at a point.</param>
    /// <exception cref="InputException">A number is out of range.</exception>
    public static BasinResult Estimate(
        IReadOnlyList<IReadOnlyList<double>> distances,
        long parameters,
        double delta,
        int draws,
        uint seed,
        Func<BasinPoint, double> loss
    )
    {
        if (distances.Count is < 2 or > 3 || !(delta >= 0) || !double.IsFinite(delta) || draws < FewestDraws)
        {
            throw new InputException(
                $"A basin test of {distances.Count} models with delta {delta} and {draws} draws is not possible. "
                    + $"Give 2 or 3 models, a delta of at least 0 and at least {FewestDraws} draws."
            );
        }

        var (span, random) = (new BasinGeometry(distances), new NumpyRandom(seed));
        var (inside, boundary, beyond) = (new double[draws], new double[draws], new double[draws]);
        for (var i = 0; i < draws; i++)
        {
            var (from, through) = (span.Uniform(random), span.Uniform(random));
            var step = delta * Math.Abs(BasinGeometry.Gaussian(random));
            var noiseSeed = (uint)random.Below(int.MaxValue);
            var edge = BasinGeometry.Boundary(from, through);
            inside[i] = loss(new(from, 0, 0));
            boundary[i] = loss(new(edge, delta / Math.Sqrt(parameters), noiseSeed));
            beyond[i] = span.Moved(edge, from, through, step) is { } outside ? loss(new(outside, 0, 0)) : double.NaN;
        }

        return Conclude(distances, delta, inside, boundary, beyond);
    }

    /// <summary>Runs the test for the loss of a network on images.</summary>
    /// <param name="network">
    /// A network of the models' kind to compute with; its weights are restored afterwards.
    /// </param>
    /// <param name="models">Two or three.</param>
    /// <param name="delta">
    /// delta in units of parameter distance; null for half the distance between the first two models.
    /// </param>
    /// <param name="draws">Random points of each kind; three evaluations each.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <param name="images">The images that the loss is measured on.</param>
    /// <param name="settings">How the network is evaluated.</param>
    /// <param name="recalibrateOn">
    /// Training images to recompute batch normalization's statistics from at each point; null to combine them like
    /// weights.
    /// </param>
    /// <param name="recalibrationImages">The most of them to use; null for all.</param>
    /// <param name="progress">Receives the progress, or null.</param>
    /// <param name="cancellationToken">Cancels the test between batches.</param>
    /// <exception cref="InputException">The models have different tensors, or a number is out of range.</exception>
    public static BasinResult Measure(
        Network network,
        IReadOnlyList<StateDict> models,
        double? delta,
        int draws,
        uint seed,
        ImageSet images,
        EvaluationSettings settings,
        ImageSet? recalibrateOn = null,
        int? recalibrationImages = null,
        IProgress<TaskProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        var distances = models
            .Select(a => models.Select(b => DistanceMeasurement.Measure(network, a, b).Total).ToArray())
            .ToArray();
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
        var (done, all) = (0, 3 * draws);
        return Estimate(
            distances,
            network.parameters().Sum(parameter => parameter.numel()),
            delta ?? (distances[0][1] / 2),
            draws,
            seed,
            point =>
            {
                var measured = mixture.Measure(point.Weights, point.Noise, point.NoiseSeed);
                progress?.Report(new(++done / (double)all, $"point {done} of {all}"));
                return measured.Loss;
            }
        );
    }

    private static BasinResult Conclude(
        IReadOnlyList<IReadOnlyList<double>> distances,
        double delta,
        double[] inside,
        double[] boundary,
        double[] beyond
    )
    {
        var mean = BasinEstimate.Average(inside);
        // What each draw adds to (1), itself and through the mean: the average is (1), the spread gives its error.
        var lean = inside.Average(loss => Math.Sign(mean.Value.CompareTo(loss)));
        double[] deviations = [.. inside.Select(loss => Math.Abs(loss - mean.Value) + (lean * (loss - mean.Value)))];
        var deviation = BasinEstimate.Average(deviations);
        var coincide = distances.All(row => row.All(distance => distance == 0));
        var (atEdge, past) = (Excess(boundary), coincide ? null : Excess(beyond));
        ImmutableArray<string> failed =
        [
            .. Passes(atEdge) ? [] : new[] { "boundary" },
            .. Passes(past) ? [] : new[] { "beyond" },
        ];
        return new(
            distances.Count,
            delta,
            inside.Length,
            mean,
            deviation,
            atEdge,
            past,
            failed.IsEmpty ? deviation.Value : null,
            failed
        );

        BasinExcess Excess(double[] losses) =>
            new(
                BasinEstimate.Average([.. losses.Zip(inside, (loss, on) => loss - on)]),
                BasinEstimate.Average([.. losses.Select((loss, i) => loss - inside[i] - (2 * deviations[i]))])
            );
    }

    private static bool Passes(BasinExcess? excess) => excess?.Margin.Value >= 0;
}
