using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.Common;

/// <summary>How sure a finding is by the trainings behind it: one rule for all analyses.</summary>
internal static class ConfidenceRule
{
    /// <summary>
    /// Low for a single training, and where nothing can be said; medium for two that agree; high for three or more. That
    /// something was not seen, or not in all of them, is never surer than medium: more trainings might show it.
    /// </summary>
    /// <param name="trainings">Trainings, or pairs of them, on the side that has fewest.</param>
    /// <param name="seen">Whether all of them show it.</param>
    public static Confidence Of(int trainings, bool seen = true) =>
        trainings < 2 ? Confidence.Low
        : trainings < 3 || !seen ? Confidence.Medium
        : Confidence.High;
}
