using TransferLens.Analyses.Common;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Interpolation;

/// <summary>
/// How far other test images would move a line between two solutions and the barrier on it: a bootstrap whose resamples
/// take the same images at every lambda, since what is compared are the same images.
/// </summary>
/// <remarks>
/// The barrier is the largest of several noisy shortfalls and thereby too large on average: on a flat line it is above 0
/// by luck alone, and resampling it would make it larger still. So a band around all shortfalls at once is taken: with
/// Noise the 97.5 % quantile, over resamples, of the largest amount by which any shortfall grows, and Fall that of the
/// largest by which any shrinks, [Barrier - Noise, Barrier + Fall] holds the largest true shortfall, at whatever lambda,
/// with 95 % or more. A barrier is seen where the lower end lies above 0. A bootstrap knows only of errors that occurred:
/// on few images, all of them right, it finds no uncertainty.
/// </remarks>
internal static class BarrierBootstrap
{
    // Values (images x lambdas) that are looked at; of a finer line every second lambda, or every third, and so on.
    private const long MostValues = 1 << 24;

    /// <summary>Whether the bootstrap takes part of a line's lambdas in; it always does in the ends.</summary>
    /// <param name="lambdas">The line.</param>
    /// <param name="at">Index of a lambda.</param>
    /// <param name="images">Number of images.</param>
    public static bool Takes(IReadOnlyList<double> lambdas, int at, int images) =>
        lambdas[at] is 0 or 1 || at % (((long)lambdas.Count * images / MostValues) + 1) == 0;

    /// <summary>A curve with its intervals.</summary>
    /// <param name="curve">As measured.</param>
    /// <param name="images">By lambda, 0 and 1 among them: the score, and the loss of each image.</param>
    /// <param name="seed">Seed of the resampling; equal seeds draw the same images as <see cref="Bootstrap.Resampled"/>.</param>
    /// <param name="draws">Number of resamples.</param>
    public static BarrierCurve Measure(
        BarrierCurve curve,
        IReadOnlyList<(double Lambda, ImageScore Score, double[] Losses)> images,
        uint seed = 0,
        int draws = 1000
    )
    {
        var lambdas = images.Select(point => point.Lambda).ToArray();
        var finite = images.All(point => point.Losses.All(double.IsFinite));
        var all = images
            .Select(point => point.Score)
            .Concat(finite ? images.Select(point => new ImageMean(point.Losses)) : [])
            .ToList();
        var drawn = Bootstrap.Resampled(all, seed, draws);
        var scores = drawn[..lambdas.Length];
        var losses = finite ? drawn[lambdas.Length..] : null;
        return curve with
        {
            Points =
            [
                .. curve.Points.Select(point =>
                    Array.IndexOf(lambdas, point.Lambda) is >= 0 and var at
                        ? point with
                        {
                            ScoreInterval = Interval(point.Score, scores[at]),
                            LossInterval = losses is null ? null : Interval(point.Loss, losses[at]),
                        }
                        : point
                ),
            ],
            ScoreInterval = Largest(lambdas, [.. images.Select(point => point.Score.Value)], scores, curve.Score, 1),
            LossInterval = losses is null
                ? null
                : Largest(lambdas, [.. images.Select(point => point.Losses.Average())], losses, curve.Loss, -1),
        };
    }

    private static Estimate Interval(double value, double[] drawn)
    {
        var (low, high) = Bootstrap.Ends(drawn);
        return new(value, low, high);
    }

    // sign: 1 where less is worse, -1 where more is.
    private static BarrierInterval Largest(double[] lambdas, double[] means, double[][] drawn, double barrier, int sign)
    {
        int[] between = [.. Enumerable.Range(0, lambdas.Length).Where(at => lambdas[at] is > 0 and < 1)];
        if (between.Length == 0)
        {
            return new(barrier, barrier, 0);
        }

        var (start, end) = (Array.IndexOf(lambdas, 0.0), Array.IndexOf(lambdas, 1.0));
        double[] measured = [.. between.Select(at => Short(at, i => means[i]))];
        // A resample that leaves a score undefined does so at every lambda: the images are the same.
        var changes = Enumerable
            .Range(0, drawn[0].Length)
            .Where(draw => double.IsFinite(drawn[start][draw]))
            .Select(draw => between.Select((at, i) => Short(at, series => drawn[series][draw]) - measured[i]).ToArray())
            .ToList();
        var noise = Bootstrap.Quantile([.. changes.Select(change => change.Max()).Order()], 0.975);
        var fall = Bootstrap.Quantile([.. changes.Select(change => -change.Min()).Order()], 0.975);
        var largest = measured.Max();
        return new(
            Math.Min(barrier, Math.Max(0, largest - noise)),
            Math.Max(barrier, largest + fall),
            Math.Max(0, noise)
        );

        double Short(int at, Func<int, double> mean) =>
            sign * (((1 - lambdas[at]) * mean(start)) + (lambdas[at] * mean(end)) - mean(at));
    }
}

/// <summary>What test images leave uncertain of a barrier: a 95 % interval for the largest true shortfall on the line.</summary>
/// <param name="Low">Its lower end, at least 0; 0 where no barrier is seen.</param>
/// <param name="High">Its upper end.</param>
/// <param name="Noise">How large a barrier may seem, on a line without one, by the draw of the images alone.</param>
public sealed record BarrierInterval(double Low, double High, double Noise);
