using System.Globalization;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.Common;

/// <summary>
/// How a margin of non-inferiority reads: settings give it in points, which are hundredths of the metric.
/// </summary>
internal static class MarginWords
{
    /// <summary>Points in a whole: 100.</summary>
    public const double Points = 100;

    // The last digit that is printed of a score: a tenth of a percent, or a thousandth.
    private const double Digit = 0.001;

    // A tenth of a point is no exact number, so this absorbs rounding.
    private const double Rounding = 1e-6;

    /// <summary>A margin, for example <c>1 point</c>, <c>2.5 points</c> or <c>0.01 in mean AUC</c>.</summary>
    /// <param name="metric">The metric of the scores.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    public static string Margin(Metric metric, double margin)
    {
        var number = Math.Round(metric.Scale * margin, 6).ToString("0.######", CultureInfo.InvariantCulture);
        return $"{number} {(metric.IsPercent && number == "1" ? "point" : metric.DifferenceWords)}";
    }

    /// <summary>
    /// A bound from above, for example <c>0.6 points</c>: rounded up to the last digit that is printed, so that it is
    /// still true.
    /// </summary>
    /// <param name="metric">The metric of the scores.</param>
    /// <param name="bound">The bound, in the unit of the score.</param>
    public static string AtMost(Metric metric, double bound) => metric.Difference(RoundUp(bound));

    /// <summary>
    /// How much an option loses at most against a reference, and what that covers: one sentence. It is the end that
    /// decided, of a one-sided interval; a two-sided one ends lower.
    /// </summary>
    /// <param name="metric">The metric of the scores.</param>
    /// <param name="margin">The smallest margin at which the option passes, in the unit of the score.</param>
    /// <param name="covered">What the interval covers.</param>
    /// <param name="alpha">The error rate of the interval.</param>
    public static string LosesAtMost(Metric metric, double margin, string covered, double alpha = Effect.Alpha)
    {
        var level = (100 * (1 - alpha)).ToString("0.#", CultureInfo.InvariantCulture);
        return $"It loses at most {AtMost(metric, margin)} (one-sided {level} % interval over {covered}).";
    }

    /// <summary>The smallest margin at which an option would pass, in brackets.</summary>
    /// <param name="metric">The metric of the scores.</param>
    /// <param name="smallest">The margin, in the unit of the score; null where nothing tells.</param>
    public static string Smallest(Metric metric, double? smallest) =>
        smallest is { } margin ? $" (smallest passing margin: {AtMost(metric, margin)})" : "";

    private static double RoundUp(double bound) => Digit * Math.Max(0, Math.Ceiling((bound / Digit) - Rounding));
}
