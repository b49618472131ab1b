using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.Common;

/// <summary>
/// A number measured on pairs of trainings as evidence, both its uncertainties said: the range over pairs where there are
/// several, and what the draw of test images leaves open, of the pair of which it leaves most.
/// </summary>
internal static class PairEvidence
{
    /// <summary>One piece of evidence for one pair, two for several.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="unit">Its unit.</param>
    /// <param name="interval">How the interval was made, for example <c>95 % jackknife interval over test images</c>.</param>
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
                pairs.Count > 1 ? $"{name}, {pair}, {interval}, the widest" : $"{name}, {interval}",
                unit
            );
        }
    }
}
