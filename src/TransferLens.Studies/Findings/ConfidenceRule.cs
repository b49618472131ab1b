namespace TransferLens.Studies.Findings;

/// <summary>How sure a finding is: one rule for all analyses.</summary>
public static class ConfidenceRule
{
    /// <summary>
    /// A training score this far below another start's means that its runs have not fitted their images: 5 points.
    /// </summary>
    public const double LargestLag = 0.05;

    // With fewer runs a side the spread between seeds is hardly known.
    private const int EnoughRuns = 3;

    /// <summary>
    /// High: the interval covers seeds and images and excludes 0 (or the margin) after Holm's adjustment, with three or
    /// more runs a side, and the starts that are compared have fitted their training images. Medium: it excludes 0
    /// unadjusted, or there are two runs, or the interval leaves something out; also where nothing was detected, but
    /// two runs or more exclude a difference beyond the margin. Low: everything else, a single run, whatever was chosen
    /// on the test images that it is judged on, and starts that are compared at different learning rates.
    /// </summary>
    /// <param name="decision">The decision; its <see cref="Decision.AdjustedP"/> is used where it is set.</param>
    public static Confidence Judge(Decision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        if (decision is { ChosenOnTestImages: true } or { UnequalRates: true } or { Runs: < 2 })
        {
            return Confidence.Low;
        }

        if (!decision.IsDetected)
        {
            return decision.ExcludesMore ? Confidence.Medium : Confidence.Low;
        }

        var adjusted = decision.AdjustedP ?? decision.P;
        return adjusted < Decision.Alpha && decision is { CoversSeeds: true, NotFitted: false, Runs: >= EnoughRuns }
            ? Confidence.High
            : Confidence.Medium;
    }
}
