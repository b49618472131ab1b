using MathNet.Numerics.Distributions;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Statistics;

/// <summary>
/// The error rate of each of several numbers at which all their intervals together contain the true numbers with a
/// probability of 95 %: for a curve over modules or positions, of which any may be the one that is reported. Over
/// resamples of the test images, q is the 95 % quantile of the largest standardized deviation; the rate is that of a
/// normal number beyond q. It lies between Bonferroni's (independent numbers) and 5 % (numbers that move together). The
/// correlation between numbers is taken from the images; where seeds dominate, it is an approximation. Source: the
/// sup-t band of Montiel Olea and Plagborg-Møller 2019.
/// </summary>
public static class SimultaneousBand
{
    /// <summary>The error rate of each number.</summary>
    /// <param name="curve">The numbers, on the same images; those that do not vary are passed over.</param>
    /// <param name="alpha">The error rate of all together.</param>
    public static double Alpha(IReadOnlyCollection<ScoreSample> curve, double alpha = Effect.Alpha)
    {
        var varying = curve.Where(sample => sample.Draws.Length > 1).Select(Standardize).OfType<double[]>().ToList();
        if (varying.Count < 2)
        {
            return alpha;
        }

        double[] largest =
        [
            .. Enumerable
                .Range(0, varying[0].Length)
                .Select(draw => varying.Max(deviations => Math.Abs(deviations[draw])))
                .Where(double.IsFinite)
                .Order(),
        ];
        var each = 2 * Normal.CDF(0, 1, -Bootstrap.Quantile(largest, 1 - alpha));
        return Math.Clamp(each, alpha / curve.Count, alpha);
    }

    // Deviations from the mean in standard deviations; null when all are equal.
    private static double[]? Standardize(ScoreSample sample)
    {
        var defined = sample.Draws.Where(double.IsFinite).ToList();
        var mean = defined.Count > 0 ? defined.Average() : 0;
        var deviation = Math.Sqrt(defined.Sum(value => (value - mean) * (value - mean)) / Math.Max(1, defined.Count));
        return deviation > 0 ? [.. sample.Draws.Select(value => (value - mean) / deviation)] : null;
    }
}
