using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Interpolation;

/// <summary>
/// How much other test images would change the line between two models and the barrier on it. A bootstrap whose
/// resamples take the same images at every lambda, because the models are compared on the same images.
/// </summary>
/// <remarks>
/// The barrier is the largest of several noisy shortfalls, so it is too large on average: on a flat line it is above 0
/// by luck alone, and resampling it would make it larger still. The interval is therefore a band around all shortfalls
/// at once. Let noise be the 97.5 % quantile, over resamples, of the largest amount by which any shortfall grows, and
/// fall that of the largest by which any shrinks. Then [barrier - noise, barrier + fall] contains the largest true
/// shortfall, at whatever lambda, with a probability of at least 95 %. A barrier is detected where the lower end is
/// above 0. A bootstrap knows only errors that occurred: on a few images that are all classified correctly it finds no
/// uncertainty.
/// </remarks>
internal static class BarrierBootstrap
{
    // The most values (images x lambdas) to resample. Of a finer line every second lambda is used, or every third, ...
    private const long MostValues = 1 << 24;

    /// <summary>Whether a lambda takes part in the bootstrap; the ends always do.</summary>
    /// <param name="lambdas">The line.</param>
    /// <param name="at">Index of a lambda.</param>
    /// <param name="images">Number of images.</param>
    public static bool Takes(IReadOnlyList<double> lambdas, int at, int images) =>
        lambdas[at] is 0 or 1 || at % (((long)lambdas.Count * images / MostValues) + 1) == 0;

    /// <summary>A curve with its intervals.</summary>
    /// <param name="curve">As measured.</param>
    /// <param name="images">By lambda, 0 and 1 among them: the score, and the loss of each image.</param>
    /// <param name="seed">
    /// Seed of the resampling; equal seeds draw the same images as <see cref="Bootstrap.Resampled"/>.
    /// </param>
    /// <param name="draws">Number of resamples.</param>
    public static BarrierCurve Measure(
        BarrierCurve curve,
        IReadOnlyList<(double Lambda, ImageScore Score, double[] Losses)> images,
        uint seed = 0,
        int draws = 1000
    ) => MeasureWithSamples(curve, images, seed, draws).Curve;

    /// <summary>The same, with the resamples that the intervals come from.</summary>
    public static (BarrierCurve Curve, LineSamples Samples) MeasureWithSamples(
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
        var barrier = curve.Barrier;
        double[] measuredScores = [.. images.Select(point => point.Score.Value)];
        var score = Largest(lambdas, measuredScores, scores, barrier.Score, Direction.LessIsWorse);
        double[] measuredLosses = [.. images.Select(point => point.Losses.Average())];
        var loss = losses is null
            ? null
            : Largest(lambdas, measuredLosses, losses, barrier.Loss, Direction.MoreIsWorse);
        return (
            new(
                [.. curve.Points.Select(point => WithIntervals(point, At(point), scores, losses))],
                barrier with
                {
                    ScoreLow = score.Low,
                    ScoreHigh = score.High,
                    ScoreNoise = score.Noise,
                    LossLow = loss?.Low,
                    LossHigh = loss?.High,
                    LossNoise = loss?.Noise,
                }
            ),
            LineSamples.Create(
                lambdas,
                [.. measuredScores.Zip(scores)],
                losses is null ? null : [.. measuredLosses.Zip(losses)],
                images[0].Score.Count
            )
        );

        int At(BarrierPoint point) => Array.IndexOf(lambdas, point.Lambda);
    }

    private static BarrierPoint WithIntervals(BarrierPoint point, int at, double[][] scores, double[][]? losses)
    {
        if (at < 0)
        {
            return point;
        }

        var (low, high) = Bootstrap.Ends(scores[at]);
        var measured = point with { ScoreLow = low, ScoreHigh = high };
        if (losses is null)
        {
            return measured;
        }

        (low, high) = Bootstrap.Ends(losses[at]);
        return measured with { LossLow = low, LossHigh = high };
    }

    private static Interval Largest(
        double[] lambdas,
        double[] means,
        double[][] drawn,
        double barrier,
        Direction direction
    )
    {
        int[] between = [.. Enumerable.Range(0, lambdas.Length).Where(at => lambdas[at] is > 0 and < 1)];
        if (between.Length == 0)
        {
            return new(barrier, barrier, 0);
        }

        var (start, end) = (Array.IndexOf(lambdas, 0.0), Array.IndexOf(lambdas, 1.0));
        double[] measured = [.. between.Select(at => Shortfall(at, i => means[i]))];
        // A resample that leaves a score undefined does so at every lambda: the images are the same.
        var changes = Enumerable
            .Range(0, drawn[0].Length)
            .Where(draw => double.IsFinite(drawn[start][draw]))
            .Select(draw =>
                between.Select((at, i) => Shortfall(at, series => drawn[series][draw]) - measured[i]).ToArray()
            )
            .ToList();
        var noise = Bootstrap.Quantile([.. changes.Select(change => change.Max()).Order()], 0.975);
        var fall = Bootstrap.Quantile([.. changes.Select(change => -change.Min()).Order()], 0.975);
        var largest = measured.Max();
        return new(
            Math.Min(barrier, Math.Max(0, largest - noise)),
            Math.Max(barrier, largest + fall),
            Math.Max(0, noise)
        );

        double Shortfall(int at, Func<int, double> mean) =>
            (int)direction * (((1 - lambdas[at]) * mean(start)) + (lambdas[at] * mean(end)) - mean(at));
    }

    private enum Direction
    {
        MoreIsWorse = -1,
        LessIsWorse = 1,
    }

    private sealed record Interval(double Low, double High, double Noise);
}
