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
/// Whether the segment or triangle S spanned by solutions is an (epsilon, delta)-basin of a loss l, n parameters:
/// (1) E |l(w) - mean| is at most epsilon, w uniform on S and mean the mean of l there;
/// (2) E l(f + nu) - mean is at least 2 epsilon, f being where the ray from one random point of S through another leaves
/// S, and nu Gaussian noise of variance delta^2 / n on each parameter, so of length about delta;
/// (3) E l(f moved on along the ray by |N(0, delta^2)|) - mean is at least 2 epsilon.
/// The smallest epsilon that can pass is (1). Source: Neyshabur, Sedghi, Zhang 2020, definition 3.1.
/// </summary>
/// <remarks>
/// A matter of scale: with a small delta the noise stays within the valley that a basin is to be the whole of. Errors are
/// standard errors over the draws, not over trainings or images. With few draws (1) is a little low, by about half a
/// share 1 / draws, since the mean is estimated from the same draws.
/// </remarks>
public static class BasinTest
{
    /// <summary>The fewest draws whose standard errors mean something.</summary>
    public const int FewestDraws = 10;

    /// <summary>The test for any loss: only where to evaluate it is decided here.</summary>
    /// <param name="distances">Distances between the solutions, row by row; 2 x 2 or 3 x 3.</param>
    /// <param name="parameters">n.</param>
    /// <param name="delta">delta, in units of the distances, not negative.</param>
    /// <param name="draws">Random points of each kind, at least <see cref="FewestDraws"/>; three evaluations each.</param>
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
                $"A basin test of {distances.Count} solutions with delta {delta} and {draws} draws cannot be done: it takes 2 or 3 solutions, a delta of at least 0 and at least {FewestDraws} draws."
            );
        }

        var (span, random) = (new BasinGeometry(distances), new NumpyRandom(seed));
        var (inside, boundary, beyond) = (new double[draws], new double[draws], new double[draws]);
        for (var i = 0; i < draws; i++)
        {
            var (from, through) = (span.Uniform(random), span.Uniform(random));
            var (step, noiseSeed) = (
                delta * Math.Abs(BasinGeometry.Gaussian(random)),
                (uint)random.Below(int.MaxValue)
            );
            var edge = BasinGeometry.Boundary(from, through);
            inside[i] = loss(new(from, 0, 0));
            boundary[i] = loss(new(edge, delta / Math.Sqrt(parameters), noiseSeed));
            beyond[i] = span.Moved(edge, from, through, step) is { } outside ? loss(new(outside, 0, 0)) : double.NaN;
        }

        return Conclude(distances, delta, inside, boundary, beyond);
    }

    /// <summary>The test for the loss of a network on images.</summary>
    /// <param name="network">A network of the solutions' kind, to compute with; its weights are put back afterwards.</param>
    /// <param name="solutions">Two or three.</param>
    /// <param name="delta">delta in units of parameter distance; null for half the distance between the first two solutions.</param>
    /// <param name="draws">Random points of each kind; three evaluations each.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <param name="images">What the loss is measured on.</param>
    /// <param name="settings">How.</param>
    /// <param name="recalibrateOn">Training images to recompute batch normalization's statistics from at each point; null to combine them like weights.</param>
    /// <param name="recalibrationImages">At most so many of them; null for all.</param>
    /// <param name="progress">Takes the progress, or null.</param>
    /// <param name="cancellationToken">Asks to stop.</param>
    /// <exception cref="InputException">The solutions do not have the same tensors, or a number is out of range.</exception>
    public static BasinResult Measure(
        Network network,
        IReadOnlyList<StateDict> solutions,
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
        var distances = solutions
            .Select(a => solutions.Select(b => DistanceMeasurement.Measure(network, a, b).Total).ToArray())
            .ToArray();
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
        var (done, all) = (0, 3 * draws);
        return Estimate(
            distances,
            network.parameters().Sum(parameter => parameter.numel()),
            delta ?? (distances[0][1] / 2),
            draws,
            seed,
            point =>
            {
                var measured = mixture.At(point.Weights, point.Noise, point.NoiseSeed);
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
        var mean = BasinEstimate.Of(inside);
        // What each draw adds to (1), through itself and through the mean: its average is (1), its spread the error of it.
        var lean = inside.Average(l => Math.Sign(mean.Value.CompareTo(l)));
        double[] deviations = [.. inside.Select(l => Math.Abs(l - mean.Value) + (lean * (l - mean.Value)))];
        var deviation = BasinEstimate.Of(deviations);
        var coincide = distances.All(row => row.All(distance => distance == 0));
        var (atEdge, past) = (Excess(boundary), coincide ? null : Excess(beyond));
        ImmutableArray<string> failed =
        [
            .. Holds(atEdge) ? [] : new[] { "boundary" },
            .. Holds(past) ? [] : new[] { "beyond" },
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
                BasinEstimate.Of([.. losses.Zip(inside, (l, on) => l - on)]),
                BasinEstimate.Of([.. losses.Select((l, i) => l - inside[i] - (2 * deviations[i]))])
            );
    }

    private static bool Holds(BasinExcess? excess) => excess?.Margin.Value >= 0;
}

/// <summary>Where a basin test wants the loss.</summary>
/// <param name="Weights">One for each solution; their sum is 1. All in [0, 1] on S, some below 0 beyond it.</param>
/// <param name="Noise">Standard deviation of the Gaussian noise on each parameter; 0 for none.</param>
/// <param name="NoiseSeed">Seed of the noise.</param>
public sealed record BasinPoint(ImmutableArray<double> Weights, double Noise, uint NoiseSeed);
