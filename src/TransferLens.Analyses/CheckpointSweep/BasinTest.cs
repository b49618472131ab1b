using TransferLens.Analyses.Statistics;
using Decision = TransferLens.Studies.Findings.Decision;

namespace TransferLens.Analyses.CheckpointSweep;

/// <summary>
/// Whether a barrier is within a margin or beyond it, by the ends of its 95 % interval: its p is below 0.05 exactly
/// where the interval lies on one side of the margin. Sentence, evidence and decision of a finding thus follow from one
/// interval. On each side of the barrier, p is that of a normal number that would have this end.
/// </summary>
internal static class BasinTest
{
    // Ends of a 95 % interval, in standard errors.
    private static readonly double Quantile = StudentT.TwoSided(Effect.Alpha, double.PositiveInfinity);

    /// <summary>p of the hypothesis that a barrier is at least a margin.</summary>
    /// <param name="barrier">The barrier with its 95 % interval.</param>
    /// <param name="margin">The margin, in the unit of the barrier.</param>
    public static double PWithin(Estimate barrier, double margin)
    {
        var p = P(margin - barrier.Value, barrier.High - barrier.Value);
        return barrier.High < margin ? p : Math.Max(p, Effect.Alpha);
    }

    /// <summary>p of the hypothesis that a barrier is at most a margin.</summary>
    /// <param name="barrier">The barrier with its 95 % interval.</param>
    /// <param name="margin">The margin, in the unit of the barrier.</param>
    public static double PBeyond(Estimate barrier, double margin)
    {
        var p = P(barrier.Value - margin, barrier.Value - barrier.Low);
        return barrier.Low > margin ? p : Math.Max(p, Effect.Alpha);
    }

    /// <summary>Whether a barrier is shown to be within a margin.</summary>
    /// <param name="barrier">The barrier with its 95 % interval.</param>
    /// <param name="margin">The margin, in the unit of the barrier.</param>
    public static bool IsWithin(Estimate barrier, double margin) => PWithin(barrier, margin) < Effect.Alpha;

    /// <summary>Whether a barrier is shown to be beyond a margin.</summary>
    /// <param name="barrier">The barrier with its 95 % interval.</param>
    /// <param name="margin">The margin, in the unit of the barrier.</param>
    public static bool IsBeyond(Estimate barrier, double margin) => PBeyond(barrier, margin) < Effect.Alpha;

    /// <summary>The decision; there is one pretraining run, so the interval covers images alone.</summary>
    /// <param name="p">p of what the finding states.</param>
    public static Decision Decide(double p) => new(p, Runs: 1) { CoversSeeds = false };

    private static double P(double distance, double half)
    {
        if (distance <= 0)
        {
            return 1;
        }

        return half > 0 ? 2 * StudentT.Above(Quantile * distance / half, double.PositiveInfinity) : 0;
    }
}
