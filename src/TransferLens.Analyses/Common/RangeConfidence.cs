using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.Common;

/// <summary>The confidence of a finding from the number of runs behind it: one rule for all analyses.</summary>
internal static class RangeConfidence
{
    /// <summary>
    /// Low for a single run or none; medium for two that agree; high for three or more. A finding that something was
    /// not detected, or not in all runs, is at most medium: more runs might detect it.
    /// </summary>
    /// <param name="runs">Number of runs, or of pairs of runs, on the side that has fewer.</param>
    /// <param name="seen">Whether all of them show the effect.</param>
    public static Confidence Of(int runs, bool seen = true) =>
        runs < 2 ? Confidence.Low
        : runs < 3 || !seen ? Confidence.Medium
        : Confidence.High;
}
