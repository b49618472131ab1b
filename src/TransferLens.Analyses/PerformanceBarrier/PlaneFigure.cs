using System.Collections.Immutable;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Figures;
using Words = TransferLens.Analyses.PerformanceBarrier.BarrierWords.Caption;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>The figures of <see cref="ModelPlane"/>.</summary>
internal static class PlaneFigure
{
    /// <summary>Two figures per target, score and loss, with one panel per plane.</summary>
    public static ImmutableArray<Figure> Draw(ImmutableArray<MeasuredPlane> planes) =>
        [
            .. planes
                .GroupBy(plane => plane.Target)
                .SelectMany(target => new[] { Score([.. target]), Loss([.. target]) }),
        ];

    private static Landscape Score(List<MeasuredPlane> planes)
    {
        var metric = planes[0].Set.Metric;
        return Draw(
            planes,
            metric.ScoreKey,
            $"Test {metric.Name}",
            metric.Axis(),
            plane => plane.Score.Select(row => row.Select(value => metric.Scale * value)),
            plane =>
                Words.Range(
                    metric.Plain(plane.Models.Min(model => model.Score)),
                    metric.Number(plane.Models.Max(model => model.Score)),
                    metric.Plain(plane.Score.Min(row => row.Min())),
                    metric.Number(plane.Score.Max(row => row.Max()))
                )
        );
    }

    private static Landscape Loss(List<MeasuredPlane> planes) =>
        Draw(
            planes,
            "loss",
            "Test loss",
            "loss (nats)",
            plane => plane.Loss.Select(row => row.Select(value => value ?? double.NaN)),
            plane =>
                Words.Range(
                    $"{plane.Models.Min(model => model.Loss):0.00}",
                    $"{plane.Models.Max(model => model.Loss):0.00} nats",
                    $"{plane.Loss.Min(row => row.Min()):0.00}",
                    $"{plane.Loss.Max(row => row.Max()):0.00}"
                )
        );

    private static Landscape Draw(
        List<MeasuredPlane> planes,
        string name,
        string what,
        string quantity,
        Func<PlaneResult, IEnumerable<IEnumerable<double>>> values,
        Func<PlaneResult, string> range
    ) =>
        new(
            $"performance_barrier-plane-{name}-{planes[0].Target}",
            Words.Plane(what, planes[0].Target, planes[0].Plane.Recalibrated),
            Words.PlaneInWords(planes.Select(plane => (plane.Set.Label, range(plane.Plane)))),
            quantity,
            [.. planes.Select(plane => Panel(plane, values(plane.Plane)))]
        );

    private static LandscapePanel Panel(MeasuredPlane plane, IEnumerable<IEnumerable<double>> values) =>
        new(
            plane.Set.Label,
            "distance along the first side",
            "distance across it",
            plane.Plane.X,
            plane.Plane.Y,
            [.. values.Select(row => row.ToImmutableArray())],
            [.. plane.Runs.Zip(plane.Plane.Models, (run, model) => new LandscapePoint(run, model.X, model.Y))]
        );
}
