using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.Common;

/// <summary>A number measured several times, once per seed or pair.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Low">The smallest value.</param>
/// <param name="High">The largest value.</param>
/// <param name="Count">Number of values.</param>
internal sealed record Spread(double Mean, double Low, double High, int Count)
{
    /// <summary>Mean and range of values; null when there are none.</summary>
    public static Spread? Of(IEnumerable<double> values)
    {
        var all = values.ToList();
        return all.Count == 0 ? null : new(all.Average(), all.Min(), all.Max(), all.Count);
    }

    /// <summary>The number as evidence, with its range when it was measured more than once.</summary>
    /// <param name="name">What was measured.</param>
    /// <param name="unit">Its unit.</param>
    /// <param name="of">What it was measured on: <c>seeds</c> or <c>pairs</c>.</param>
    public Evidence Evidence(string name, string unit, string of = "seeds") =>
        Count > 1
            ? new($"{name}, mean and range of {Count} {of}", Mean, Low, High, unit)
            : new(name, Mean, null, null, unit);
}
