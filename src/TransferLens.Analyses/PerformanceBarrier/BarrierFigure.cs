using System.Collections.Immutable;
using TransferLens.Figures;
using TransferLens.Findings;

namespace TransferLens.Analyses;

/// <summary>The figure and the table of <see cref="PerformanceBarrier"/>.</summary>
internal static class BarrierFigure
{
    /// <summary>One figure a target: accuracy along every line, recalibrated beside raw where both were measured.</summary>
    public static ImmutableArray<Figure> Of(ImmutableArray<PairBarrier> pairs) =>
    [
        .. pairs.GroupBy(pair => pair.Pair.First.Target).Select(target => new LineChart(
            $"performance_barrier-{target.Key}",
            $"Test accuracy on the straight line between two solutions, {target.Key}; one line a pair.",
            "Accuracy in percent over lambda. Mean barriers: " + string.Join("; ", target.GroupBy(pair => pair.Pair.Kind).Select(kind => $"{kind.Key} {100 * kind.Average(pair => pair.Curve.Accuracy):0.0} points")) + ".",
            target.First().Recalibrated is null
                ? [Panel("Test pictures", target, pair => pair.Raw)]
                : [Panel("Statistics recalibrated", target, pair => pair.Recalibrated!), Panel("Raw", target, pair => pair.Raw)])),
    ];

    private static LinePanel Panel(string heading, IEnumerable<PairBarrier> pairs, Func<PairBarrier, BarrierCurve> curve)
    {
        var kinds = pairs.Select(pair => pair.Pair.Kind).Distinct().ToList();
        return new(heading, "lambda", "accuracy (%)",
        [
            .. pairs.Select(pair => new Line(
                pair.Pair.Kind, kinds.IndexOf(pair.Pair.Kind),
                [.. curve(pair).Points.Select(point => point.Lambda)], [.. curve(pair).Points.Select(point => 100 * point.Accuracy)], [], [])),
        ]);
    }

    /// <summary>One row for each pair and normalization.</summary>
    public static Table Table(ImmutableArray<PairBarrier> pairs) => new(
        "performance_barrier", "Barriers between trainings; accuracies are fractions, losses in nats",
        ["target", "first", "second", "statistics", "barrier (accuracy)", "barrier (loss)", "accuracy at 0", "accuracy at 0.5", "accuracy at 1"],
        [
            .. from pair in pairs
               from curve in new[] { ("raw", (BarrierCurve?)pair.Raw), ("recalibrated", pair.Recalibrated) }
               where curve.Item2 is not null
               select (ImmutableArray<object?>)[
                   pair.Pair.First.Target, pair.Pair.First.Label, pair.Pair.Second!.Label, curve.Item1, curve.Item2.Accuracy, double.IsFinite(curve.Item2.Loss) ? curve.Item2.Loss : null,
                   At(curve.Item2, 0), At(curve.Item2, 0.5), At(curve.Item2, 1)],
        ]);

    private static double At(BarrierCurve curve, double lambda) => curve.Points.First(point => point.Lambda == lambda).Accuracy;
}
