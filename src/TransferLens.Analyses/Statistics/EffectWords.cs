using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.Statistics;

/// <summary>How a number with its uncertainty reads in a finding: one form for all analyses.</summary>
internal static class EffectWords
{
    /// <summary>The interval after a number that was stated: <c>95 % CI 3.1 to 8.4</c>.</summary>
    /// <param name="metric">The metric of the scores.</param>
    /// <param name="interval">A difference of scores.</param>
    public static string Interval(Metric metric, Estimate interval) =>
        $"95 % CI {metric.Plain(interval.Low)} to {metric.Plain(interval.High)}";

    /// <summary>The interval of a difference that may have either sign: <c>-0.5 to +6.0 points</c>.</summary>
    /// <param name="metric">The metric of the scores.</param>
    /// <param name="interval">A difference of scores.</param>
    public static string Signed(Metric metric, Estimate interval) =>
        $"{metric.Signed(interval.Low)} to {metric.Signed(interval.High)} {metric.DifferenceWords}";

    /// <summary>An interval that includes 0, and what would decide the question; one sentence.</summary>
    /// <param name="metric">The metric of the scores.</param>
    /// <param name="effect">A difference of scores.</param>
    public static string Open(Metric metric, Effect effect) =>
        $"95 % CI {Signed(metric, effect.Interval())}{Decides(effect)}.";

    /// <summary>
    /// What would decide whether a number differs from 0, as the end of a sentence; empty where nothing alone would.
    /// </summary>
    /// <param name="effect">The number.</param>
    public static string Decides(Effect effect) =>
        Decides(SampleSize.MoreImages(effect), SampleSize.SeedsCouldDecide(effect));

    /// <summary>
    /// What would show that an option is no worse, as the end of a sentence; empty where nothing alone would.
    /// </summary>
    /// <param name="effect">Its score minus that of the reference.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    public static string Decides(Effect effect, double margin) =>
        Decides(SampleSize.MoreImagesForMargin(effect, margin), SampleSize.SeedsCouldDecide(effect, margin));

    /// <summary>
    /// What would decide whether a number differs from 0, as a sentence; null where nothing alone would.
    /// </summary>
    /// <param name="effect">The number.</param>
    public static string? WouldDecide(Effect effect) =>
        Decides(effect) is { Length: > 0 } decides ? $"{char.ToUpperInvariant(decides[2])}{decides[3..]}." : null;

    /// <summary>
    /// What to use more of where it is open whether a number differs from 0, in agreement with
    /// <see cref="WouldDecide"/>.
    /// </summary>
    /// <param name="effect">The number.</param>
    public static string More(Effect effect) =>
        (SampleSize.MoreImages(effect), SampleSize.SeedsCouldDecide(effect)) switch
        {
            ({ }, _) => "more test images",
            (null, true) => "more seeds",
            _ => "more test images and seeds",
        };

    private static string Decides(int? moreImages, bool seedsCould) =>
        (moreImages, seedsCould) switch
        {
            ({ } images, _) => $"; about {Round(images)} more test {(images == 1 ? "image" : "images")} would decide",
            (null, true) => "; more seeds, not more test images, could decide",
            _ => "",
        };

    /// <summary>What the interval leaves out, as a sentence; null when it covers seeds and images.</summary>
    /// <param name="effect">The number.</param>
    public static string? LeavesOut(Effect effect) =>
        effect switch
        {
            { HasInterval: false } => "With a single run a side there is no interval.",
            { CoversSeeds: true } => null,
            { CoversShuffles: true } => $"The interval covers {Covered(effect)}, not other seeds.",
            { Runs: < 2 } => "The interval covers test images only: one side has a single run.",
            _ => "The interval covers test images only: two runs make a single pair.",
        };

    /// <summary>The number as evidence, with its 95 % interval.</summary>
    /// <param name="effect">The number.</param>
    /// <param name="name">What was measured.</param>
    /// <param name="unit">Its unit.</param>
    public static Evidence Evidence(this Effect effect, string name, string unit)
    {
        if (!effect.HasInterval)
        {
            return new(name, effect.Value, null, null, unit);
        }

        var (value, low, high) = effect.Interval();
        return new(EvidenceName.Over(name, Covered(effect)), value, low, high, unit);
    }

    /// <summary>What an interval covers, for example <c>seeds and test images</c>.</summary>
    /// <param name="effect">The number.</param>
    public static string Covered(Effect effect)
    {
        string?[] parts =
        [
            effect.CoversSeeds ? "seeds" : null,
            effect.CoversShuffles ? "shuffles" : null,
            effect.ImageDegreesOfFreedom > 0 ? "test images" : null,
        ];
        return parts.OfType<string>().ToList() switch
        {
            [] => "test images",
            [var only] => only,
            [.. var first, var last] => $"{string.Join(", ", first)} and {last}",
        };
    }

    // Two digits: the number is a rough one.
    private static string Round(int images)
    {
        var unit = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(images)) - 1));
        return (Math.Ceiling(images / unit) * unit).ToString("#,0", System.Globalization.CultureInfo.InvariantCulture);
    }
}
