using System.Collections.Immutable;
using TransferLens.Analyses.Alignment;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;
using Words = TransferLens.Analyses.PerformanceBarrier.BarrierWords.Caption;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>The tables of pairs, planes and basins.</summary>
internal static class BarrierTables
{
    /// <summary>One row for each pair and normalization.</summary>
    public static Table Pairs(ImmutableArray<PairBarrier> pairs)
    {
        var metrics = pairs.Select(pair => pair.Pair.Metric).ToList();
        var name = Metric.Names(metrics);
        return new Table(
            "performance_barrier",
            Words.Pairs(Metric.Plurals(metrics)),
            [
                "target",
                "first",
                "second",
                "start",
                "epochs",
                "statistics",
                $"barrier ({name})",
                "low",
                "high",
                "barrier (loss)",
                "loss, low",
                "loss, high",
                $"{name} at 0",
                $"{name} at 0.5",
                $"{name} at 1",
            ],
            [
                .. from pair in pairs
                from curve in new[]
                {
                    ("raw", pair.Raw),
                    (Corrected(pair), pair.Recalibrated ?? pair.Aligned?.Repaired),
                    ("raw, aligned", pair.Aligned?.Raw),
                    ($"{Corrected(pair)}, aligned", pair.Aligned?.Recalibrated),
                }
                where curve.Item2 is not null
                select Row(pair, curve.Item1, curve.Item2),
            ]
        ).Percent(metrics, [$"{name} at 0", $"{name} at 0.5", $"{name} at 1"], [$"barrier ({name})"]);
    }

    private static string Corrected(PairBarrier pair) =>
        pair.Recalibrated is null ? "activations rescaled" : "recalibrated";

    private static ImmutableArray<object?> Row(PairBarrier pair, string statistics, BarrierCurve curve) =>
        [
            pair.Target,
            pair.First,
            pair.Second,
            pair.Start,
            pair.Epochs,
            statistics,
            curve.Barrier.Score,
            curve.Barrier.ScoreLow,
            curve.Barrier.ScoreHigh,
            Finite(curve.Barrier.Loss),
            curve.Barrier.LossLow,
            curve.Barrier.LossHigh,
            ScoreAt(curve, 0),
            ScoreAt(curve, 0.5),
            ScoreAt(curve, 1),
        ];

    /// <summary>One row for each pair: what permuting channels did.</summary>
    public static Table Alignment(ImmutableArray<PairBarrier> pairs) =>
        new Table(
            "performance_barrier-alignment",
            Words.Alignment,
            [
                "target",
                "first",
                "second",
                "epochs",
                "matched by",
                "channels moved",
                "channels",
                "distance before",
                "distance after",
                "largest change of a logit",
                "barrier before",
                "barrier after",
            ],
            [
                .. from pair in pairs
                let aligned = pair.Aligned
                where aligned is not null
                select (ImmutableArray<object?>)
                    [
                        pair.Target,
                        pair.First,
                        pair.Second,
                        pair.Epochs,
                        EnumWords<AlignmentMethod>.Of(aligned.Method),
                        (long)aligned.MovedChannels,
                        (long)aligned.Channels,
                        aligned.DistanceBefore,
                        aligned.DistanceAfter,
                        aligned.LogitChange,
                        pair.Compared.Score,
                        aligned.Recalibrated.Barrier.Score,
                    ],
            ]
        ).Percent(pairs.Select(pair => pair.Pair.Metric), [], ["barrier before", "barrier after"]);

    /// <summary>One row for each trained curve.</summary>
    public static Table Curves(ImmutableArray<PairCurve> curves) =>
        new(
            "performance_barrier-curves",
            Words.Curves,
            [
                "target",
                "first",
                "second",
                "epochs",
                "barrier on the curve",
                "low",
                "high",
                "barrier on the line",
                "loss at t = 0.5, curve",
                "loss at 0.5, line",
            ],
            [
                .. curves.Select(pair =>
                    (ImmutableArray<object?>)
                        [
                            pair.Target,
                            pair.First,
                            pair.Second,
                            (long)pair.TrainedCurve.Epochs,
                            pair.OnCurve?.Interval.Value,
                            pair.OnCurve?.Interval.Low,
                            pair.OnCurve?.Interval.High,
                            pair.OnLine.Interval.Value,
                            pair.TrainedCurve.Curve is { } curve ? Finite(LossAt(curve, 0.5)) : null,
                            Finite(LossAt(pair.Line.Recalibrated ?? pair.Line.Raw, 0.5)),
                        ]
                ),
            ]
        );

    /// <summary>One row for each model of each plane.</summary>
    public static Table Planes(ImmutableArray<MeasuredPlane> planes) =>
        new(
            "performance_barrier-planes",
            Words.Planes,
            ["target", "plane", "model", "x", "y", Metric.Names(planes.Select(plane => plane.Set.Metric)), "loss"],
            [
                .. from plane in planes
                from model in plane.Runs.Zip(plane.Plane.Models, (run, model) => (Run: run, At: model))
                select (ImmutableArray<object?>)
                    [
                        plane.Target,
                        plane.Set.Label,
                        model.Run,
                        model.At.X,
                        model.At.Y,
                        model.At.Score,
                        Finite(model.At.Loss),
                    ],
            ]
        );

    /// <summary>One row for each basin test.</summary>
    public static Table Basins(ImmutableArray<TestedBasin> basins) =>
        new(
            "performance_barrier-basins",
            Words.Basins,
            [
                "target",
                "models",
                "delta",
                "draws",
                "mean loss",
                "difference (1)",
                "error of (1)",
                "excess at the edge (2)",
                "error of (2)",
                "excess beyond (3)",
                "error of (3)",
                "epsilon",
                "failed",
            ],
            [.. basins.Select(tested => Row(tested, tested.Basin))]
        );

    private static ImmutableArray<object?> Row(TestedBasin tested, BasinResult basin) =>
        [
            tested.Target,
            tested.Set.Names,
            basin.Delta,
            (long)basin.Draws,
            Finite(basin.Mean.Value),
            Finite(basin.Deviation.Value),
            Finite(basin.Deviation.Error),
            Finite(basin.Boundary.Excess.Value),
            Finite(basin.Boundary.Excess.Error),
            Finite(basin.Beyond?.Excess.Value),
            Finite(basin.Beyond?.Excess.Error),
            basin.Epsilon,
            string.Join(" and ", basin.Failed),
        ];

    private static double ScoreAt(BarrierCurve curve, double lambda) =>
        curve.Points.First(point => point.Lambda == lambda).Score;

    private static double LossAt(BarrierCurve curve, double lambda) =>
        curve.Points.First(point => point.Lambda == lambda).Loss;

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
