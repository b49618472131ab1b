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
        var (names, metric) = ($"{pair.First} and {pair.Second} on {pair.Target}", pair.Line.Pair.Metric);
        if (pair.OnCurve is not { } curve)
        {
            return new("performance_barrier", Words.Diverged(names), Confidence.Low, [Evidence(pair.OnLine, false)]);
        }

        var (onLine, onCurve) = (pair.OnLine.Interval, curve.Interval);
        var headline =
            curve.IsDetected ? Words.BarrierRemains(names, metric, onLine, onCurve)
            : pair.OnLine.IsDetected ? Words.OnlyCurved(names, metric, onLine, onCurve)
            : Words.LineSuffices(names, metric, onLine, onCurve);
        return new(
            "performance_barrier",
            headline,
            curve.Decision,
            [Evidence(pair.OnLine, false), Evidence(curve, true)]
        )
        {
            Detail = curve.IsDetected ? Words.MoreEpochs(pair.TrainedCurve.Epochs) : Words.NoAverage,
        };

        Evidence Evidence(MeanBarrier barrier, bool isCurve)
        {
            var where = isCurve ? "trained curve" : "straight line";
            var name = $"barrier on the {where}, {pair.First} and {pair.Second}";
            var covered = EffectWords.Covered(barrier.AtLambda);
            return barrier.Interval.Evidence($"{name}, 95 % interval over {covered}", metric.DifferenceUnit);
        }
    }
}
