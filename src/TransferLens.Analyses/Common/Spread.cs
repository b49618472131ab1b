using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.Common;

/// <summary>A number measured several times, once a seed or pair.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Low">The smallest.</param>
/// <param name="High">The largest.</param>
/// <param name="Count">How often it was measured.</param>
internal sealed record Spread(double Mean, double Low, double High, int Count)
{
    /// <summary>Mean and range of some values; null when there is none.</summary>
    public static Spread? Of(IEnumerable<double> values)
    {
        var all = values.ToList();
        return all.Count == 0 ? null : new(all.Average(), all.Min(), all.Max(), all.Count);
    }

    /// <summary>
    /// Mean of several numbers, and the range that their intervals over test images take in together: of one pair its
    /// interval, of several that and how they differ. Null when there is none.
    /// </summary>
    public static Spread? Of(IEnumerable<Estimate> values)
    {
        var all = values.ToList();
        return all.Count == 0
            ? null
            : new(
                all.Average(value => value.Value),
                all.Min(value => value.Low),
                all.Max(value => value.High),
                all.Count
            );
    }

    /// <summary>Whether two ranges have nothing in common.</summary>
    /// <param name="other">The other.</param>
    public bool IsApartFrom(Spread other) => Low > other.High || other.Low > High;

    /// <summary>As evidence: with its range when it was measured more than once.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="unit">Its unit.</param>
    /// <param name="of">What it was measured over: <c>seeds</c> or <c>pairs</c>.</param>
    public Evidence Evidence(string name, string unit, string of = "seeds") =>
        Count > 1
            ? new($"{name}, mean and range of {Count} {of}", Mean, Low, High, unit)
            : new(name, Mean, null, null, unit);

    /// <summary>How sure a difference between two is: high when no seed of one reaches any of the other and there are several of both.</summary>
    public static Confidence Between(Spread first, Spread second)
    {
        var apart = first.Low > second.High || second.Low > first.High;
        var fewest = Math.Min(first.Count, second.Count);
        return apart ? ConfidenceRule.Of(fewest) : Confidence.Low;
    }
}
