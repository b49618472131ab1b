using System.Collections.Immutable;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using Words = TransferLens.Analyses.PerformanceBarrier.BarrierWords.Curve;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>Decides what the trained curves support: do models lie in one valley although a line leaves it.</summary>
internal static class CurveFindings
{
    /// <summary>One finding for each curve between runs that have learned.</summary>
    public static ImmutableArray<Finding> Find(ImmutableArray<PairCurve> curves) =>
        [
            .. curves
                .Where(curve => curve.Line is { Learned: true, Diverged: false })
                .SelectMany(curve => Finding.On(curve.Target, Find(curve))),
        ];

    private static Finding Find(PairCurve pair)
    {
        var (runs, metric) = (BarrierWords.Line.Runs(pair.Line), pair.Line.Pair.Metric);
        if (pair.OnCurve is not { } curve)
        {
            return new("performance_barrier", Words.Diverged(runs), Confidence.Low, [Evidence(pair.OnLine, false)]);
        }

        var headline =
            curve.IsDetected ? Words.BarrierRemains(runs, metric, curve.Interval)
            : pair.OnLine.IsDetected ? Words.OnlyCurved(runs, metric, curve.Interval)
            : Words.LineSuffices(runs, metric, curve.Interval);
        string[] detail =
        [
            Words.OnTheLine($"{pair.First} and {pair.Second}", metric, pair.OnLine.Interval.Value),
            curve.IsDetected ? Words.MoreEpochs(pair.TrainedCurve.Epochs) : Words.NoAverage,
        ];
        return new(
            "performance_barrier",
            headline,
            curve.Decision,
            [Evidence(pair.OnLine, false), Evidence(curve, true)]
        )
        {
            Detail = string.Join(' ', detail),
        };

        Evidence Evidence(MeanBarrier barrier, bool isCurve)
        {
            var where = isCurve ? "trained curve" : "straight line";
            var name = $"barrier on the {where}, {pair.First} and {pair.Second}";
            var covered = EffectWords.Covered(barrier.AtLambda);
            return barrier.Interval.Evidence(EvidenceName.Over(name, covered), metric.DifferenceUnit);
        }
    }
}
