using System.Collections.Immutable;

namespace TransferLens.Studies.Findings;

/// <summary>
/// Adjusts p for the number of questions that are asked at once, so that the probability of any false answer among them
/// is at most that of one. Sorted upwards, p_(i) of m becomes max over j up to i of min(1, (m - j + 1) p_(j)).
/// Source: Holm 1979.
/// </summary>
public static class Holm
{
    /// <summary>Adjusted p in the order of the given ones.</summary>
    /// <param name="p">Each in [0, 1].</param>
    public static ImmutableArray<double> Adjust(IReadOnlyList<double> p)
    {
        ArgumentNullException.ThrowIfNull(p);
        var (adjusted, largest, left) = (new double[p.Count], 0.0, p.Count);
        foreach (var i in Enumerable.Range(0, p.Count).OrderBy(i => p[i]))
        {
            adjusted[i] = largest = Math.Max(largest, Math.Min(1, left-- * p[i]));
        }

        return ImmutableArray.Create(adjusted);
    }

    /// <summary>
    /// Adjusts findings and judges their confidence: those that answer a main question together, the others together.
    /// Findings without a decision are counts of what happened and stay as they are.
    /// </summary>
    /// <param name="findings">All findings of a study.</param>
    public static ImmutableArray<Finding> Adjust(ImmutableArray<Finding> findings)
    {
        var families = findings
            .Select((finding, index) => (Finding: finding, Index: index))
            .Where(one => one.Finding.Decision is not null)
            .GroupBy(one => one.Finding.Question is not null);
        var result = findings.ToArray();
        foreach (var family in families.Select(family => family.ToList()))
        {
            var adjusted = Adjust([.. family.Select(one => one.Finding.Decision!.P)]);
            foreach (var ((finding, index), p) in family.Zip(adjusted))
            {
                var decision = finding.Decision! with { AdjustedP = p };
                result[index] = finding with { Decision = decision, Confidence = ConfidenceRule.Judge(decision) };
            }
        }

        return ImmutableArray.Create(result);
    }
}
