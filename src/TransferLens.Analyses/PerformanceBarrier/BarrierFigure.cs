using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>The figure and the table of <see cref="BarrierMeasurement"/>.</summary>
internal static class BarrierFigure
{
    // More lines than this leave a band around each no room.
    private const int MostBands = 4;

    /// <summary>One figure a target and epoch: score along every line, recalibrated beside raw where both were measured.</summary>
    public static ImmutableArray<Figure> Of(ImmutableArray<PairBarrier> pairs) =>
        [
            .. pairs
                .GroupBy(pair => (Target: pair.Pair.First.Target, pair.Epochs))
                .Select(target => new LineChart(
                    $"performance_barrier-{target.Key.Target}{(target.Key.Epochs == "last" ? "" : $"-{target.Key.Epochs}")}",
                    $"Test {target.First().Pair.Metric.Name} on the straight line between two solutions, {target.Key.Target}{(target.Key.Epochs == "last" ? "" : $", {target.Key.Epochs} epochs")}; one line a pair{(target.Count() > MostBands ? "" : ", bands show the 95 % bootstrap interval of each point over test images")}.",
                    $"{Capital(target.First().Pair.Metric.InFigures)} over lambda. Mean barriers: "
                        + string.Join(
                            "; ",
                            target
                                .GroupBy(Kind)
                                .Select(kind =>
                                    $"{kind.Key} {target.First().Pair.Metric.Difference(kind.Average(pair => pair.Curve.Score))}"
                                )
                        )
                        + ".",
                    target.First().Recalibrated is null
                        ? [Panel("Test images", target, pair => pair.Raw)]
                        :
                        [
                            Panel("Statistics recalibrated", target, pair => pair.Recalibrated!),
                            Panel("Raw", target, pair => pair.Raw),
                        ]
                )),
        ];

    private static LinePanel Panel(
        string heading,
        IEnumerable<PairBarrier> pairs,
        Func<PairBarrier, BarrierCurve> curve
    )
    {
        var kinds = pairs.Select(Kind).Distinct().ToList();
        var (banded, metric) = (pairs.Count() <= MostBands, pairs.First().Pair.Metric);
        return new(
            heading,
            "lambda",
            metric.Axis(),
            [
                .. pairs.Select(pair => new Line(
                    Kind(pair),
                    kinds.IndexOf(Kind(pair)),
                    [.. curve(pair).Points.Select(point => point.Lambda)],
                    [.. curve(pair).Points.Select(point => metric.Scale * point.Score)],
                    Band(pair, interval => interval.Low),
                    Band(pair, interval => interval.High)
                )),
            ]
        );

        ImmutableArray<double> Band(PairBarrier pair, Func<Estimate, double> end) =>
            banded
                ?
                [
                    .. curve(pair)
                        .Points.Select(point =>
                            point.ScoreInterval is { } interval ? metric.Scale * end(interval) : double.NaN
                        ),
                ]
                : [];
    }

    // Those from the same random weights stand apart from those of one run that each have their own.
    private static string Kind(PairBarrier pair) =>
        pair.Pair.Kind
        + (pair.Pair is { SameStart: true, First.Initialization: Initialization.Random } ? ", same start" : "");

    /// <summary>One row for each pair and normalization.</summary>
    public static Table Table(ImmutableArray<PairBarrier> pairs) =>
        new(
            "performance_barrier",
            $"Barriers between trainings, with 95 % bootstrap intervals over test images; {Metric.Plurals(pairs.Select(pair => pair.Pair.Metric))} are fractions, losses in nats",
            [
                "target",
                "first",
                "second",
                "start",
                "epochs",
                "statistics",
                $"barrier ({Names(pairs)})",
                "low",
                "high",
                "barrier (loss)",
                "loss, low",
                "loss, high",
                $"{Names(pairs)} at 0",
                $"{Names(pairs)} at 0.5",
                $"{Names(pairs)} at 1",
            ],
            [
                .. from pair in pairs
                from curve in new[] { ("raw", (BarrierCurve?)pair.Raw), ("recalibrated", pair.Recalibrated) }
                where curve.Item2 is not null
                select (ImmutableArray<object?>)
                    [
                        pair.Pair.First.Target,
                        pair.Pair.First.Label,
                        pair.Pair.Second!.Label,
                        pair.Pair.Start,
                        pair.Epochs,
                        curve.Item1,
                        curve.Item2.Score,
                        curve.Item2.ScoreInterval?.Low,
                        curve.Item2.ScoreInterval?.High,
                        double.IsFinite(curve.Item2.Loss) ? curve.Item2.Loss : null,
                        curve.Item2.LossInterval?.Low,
                        curve.Item2.LossInterval?.High,
                        At(curve.Item2, 0),
                        At(curve.Item2, 0.5),
                        At(curve.Item2, 1),
                    ],
            ]
        );

    private static string Names(ImmutableArray<PairBarrier> pairs) =>
        Metric.Names(pairs.Select(pair => pair.Pair.Metric));

    private static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];

    private static double At(BarrierCurve curve, double lambda) =>
        curve.Points.First(point => point.Lambda == lambda).Score;
}
