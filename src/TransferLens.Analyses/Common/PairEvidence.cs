using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.Common;

/// <summary>
/// A number measured on pairs of runs, as evidence with both of its uncertainties: the range over pairs when there are
/// several, and the interval over test images of the pair for which it is widest.
/// </summary>
internal static class PairEvidence
{
    /// <summary>One piece of evidence for one pair, two for several.</summary>
    /// <param name="name">What was measured.</param>
    /// <param name="unit">Its unit.</param>
    /// <param name="interval">
    /// The kind of interval, for example <c>95 % jackknife interval over test images</c>.
    /// </param>
    /// <param name="pairs">The pairs with their numbers.</param>
    public static IEnumerable<Evidence> Of(
        string name,
        string unit,
        string interval,
        IReadOnlyCollection<(string Pair, Estimate Value)> pairs
    )
    {
        if (pairs.Count > 1)
        {
            yield return Spread.Of(pairs.Select(pair => pair.Value.Value))!.Evidence(name, unit, "pairs");
        }

        if (pairs.Count > 0)
        {
            var (pair, value) = pairs.MaxBy(pair => pair.Value.High - pair.Value.Low);
            yield return value.Evidence(
                pairs.Count > 1 ? $"{name}, {pair} (the pair with the widest {interval})" : $"{name}, {interval}",
                unit
            );
        }
    }
}
