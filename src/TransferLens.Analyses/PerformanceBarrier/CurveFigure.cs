using System.Collections.Immutable;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Figures;
using Words = TransferLens.Analyses.PerformanceBarrier.BarrierWords.Curve;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>The figures of trained curves.</summary>
internal static class CurveFigure
{
    /// <summary>One figure per target: score and loss along each curve and along the straight line.</summary>
    public static ImmutableArray<Figure> Draw(ImmutableArray<PairCurve> curves) =>
        [
            .. curves
                .Where(curve => curve.OnCurve is not null)
                .GroupBy(curve => curve.Target)
                .Select(target => Chart(target.Key, [.. target])),
        ];

    private static LineChart Chart(string target, List<PairCurve> curves)
    {
        var metric = curves[0].Line.Pair.Metric;
        return new(
            $"performance_barrier-curve-{target}",
            Words.Caption(target, metric, curves.Any(curve => curve.TrainedCurve.Recalibrated is not null)),
            Words.InWords(metric, curves),
            [
                Panel($"Test {metric.Name}", metric.Axis(), curves, point => metric.Scale * point.Score),
                Panel("Test loss", "loss (nats)", curves, point => point.Loss),
            ]
        );
    }

    private static LinePanel Panel(
        string heading,
        string axis,
        List<PairCurve> curves,
        Func<BarrierPoint, double> value
    ) =>
        new(
            heading,
            "t",
            axis,
            [
                .. curves.SelectMany(
                    (curve, i) =>
                        new[]
                        {
                            Along($"{Kind(curve)}, curve", 2 * i, curve.TrainedCurve.Curve!, value),
                            Along(
                                $"{Kind(curve)}, line",
                                (2 * i) + 1,
                                curve.Line.Recalibrated ?? curve.Line.Raw,
                                value
                            ),
                        }
                ),
            ]
        );

    private static string Kind(PairCurve curve) => curve.Line.Pair.Kind;

    private static Line Along(string label, int group, BarrierCurve curve, Func<BarrierPoint, double> value)
    {
        var points = curve.Points.Where(point => point.Lambda is >= 0 and <= 1).ToList();
        return new(label, group, [.. points.Select(point => point.Lambda)], [.. points.Select(value)], [], []);
    }
}
