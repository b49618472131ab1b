using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.Common;

/// <summary>How comparisons at several learning rates read: one form for all analyses.</summary>
internal static class RateWords
{
    /// <summary>In tables: each start at its best learning rate.</summary>
    public const string Best = "best of each";

    /// <summary>In tables: both starts at the same learning rate.</summary>
    public const string Equal = "equal";

    /// <summary>The starts have no rate in common.</summary>
    public const string NoEqualRates =
        "The two starts share no learning rate, so no comparison at equal rates is made.";

    /// <summary>
    /// The gain at each rate, as a sentence: <c>At equal learning rates, the gain is +1.5 points at 0.1 (95 % CI -1.0
    /// to +4.0 points).</c>
    /// </summary>
    /// <param name="where">Where it was measured, for example <c> at b = 1</c>; empty for whole images.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="gains">The gains by learning rate; at least one.</param>
    public static string AtEqualRates(string where, Metric metric, IEnumerable<(double Rate, Effect Gain)> gains) =>
        $"At equal learning rates, the gain{where} is "
        + $"{string.Join(", ", gains.Select(one => Gain(metric, one.Rate, one.Gain)))}.";

    private static string Gain(Metric metric, double rate, Effect gain)
    {
        var (value, low, high) = gain.Interval();
        var interval = gain.HasInterval ? $" (95 % CI {metric.Signed(low)} to {metric.Signed(high)})" : "";
        return $"{metric.Signed(value)} {metric.DifferenceWords} at {rate}{interval}";
    }
}
