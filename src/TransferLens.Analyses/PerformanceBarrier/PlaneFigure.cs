using System.Collections.Immutable;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>A plane of a study.</summary>
/// <param name="Set">Which trainings.</param>
/// <param name="Plane">What was measured.</param>
internal sealed record MeasuredPlane(SolutionSet Set, PlaneResult Plane);

/// <summary>The figures and the table of <see cref="SolutionPlane"/>.</summary>
internal static class PlaneFigure
{
    /// <summary>Two figures a target, score and loss, one panel a plane.</summary>
    public static ImmutableArray<Figure> Of(ImmutableArray<MeasuredPlane> planes) =>
        [.. planes.GroupBy(plane => plane.Set.Target).SelectMany(target => Two(target, target.First().Set.Metric))];

    private static Figure[] Two(IGrouping<string, MeasuredPlane> target, Metric metric) =>
        [
            Figure(
                metric.ScoreKey,
                $"Test {metric.Name}",
                metric.Axis(),
                target,
                plane => plane.Score.Select(row => row.Select(value => metric.Scale * value)),
                plane =>
                    $"from {metric.Plain(plane.Solutions.Min(s => s.Score))} to {metric.Number(plane.Solutions.Max(s => s.Score))} at the solutions, from {metric.Plain(plane.Score.Min(row => row.Min()))} to {metric.Number(plane.Score.Max(row => row.Max()))} on the grid"
            ),
            Figure(
                "loss",
                "Test loss",
                "loss (nats)",
                target,
                plane => plane.Loss.Select(row => row.Select(value => value ?? double.NaN)),
                plane =>
                    $"from {plane.Solutions.Min(s => s.Loss):0.00} to {plane.Solutions.Max(s => s.Loss):0.00} nats at the solutions, from {plane.Loss.Min(row => row.Min()):0.00} to {plane.Loss.Max(row => row.Max()):0.00} on the grid"
            ),
        ];

    private static Landscape Figure(
        string name,
        string what,
        string quantity,
        IGrouping<string, MeasuredPlane> target,
        Func<PlaneResult, IEnumerable<IEnumerable<double>>> values,
        Func<PlaneResult, string> range
    ) =>
        new(
            $"performance_barrier-plane-{name}-{target.Key}",
            $"{what} on the plane through three solutions, {target.Key}; distances as in parameter space{(target.First().Plane.Recalibrated ? ", statistics recalibrated at each point" : "")}.",
            string.Join("; ", target.Select(plane => $"{plane.Set.Label}: {range(plane.Plane)}")) + ".",
            quantity,
            [
                .. target.Select(plane => new LandscapePanel(
                    plane.Set.Label,
                    "distance along the first side",
                    "distance across it",
                    plane.Plane.X,
                    plane.Plane.Y,
                    [.. values(plane.Plane).Select(row => row.ToImmutableArray())],
                    [
                        .. plane.Set.Runs.Zip(plane.Plane.Solutions, (run, solution) =>
                            new LandscapePoint(run.Label, solution.X, solution.Y)
                        ),
                    ]
                )),
            ]
        );

    /// <summary>One row for each solution of each plane.</summary>
    public static Table Table(ImmutableArray<MeasuredPlane> planes) =>
        new(
            "performance_barrier-planes",
            "Planes through three solutions: where these lie, in parameter distance, and what they do themselves",
            ["target", "plane", "solution", "x", "y", Metric.Names(planes.Select(plane => plane.Set.Metric)), "loss"],
            [
                .. from plane in planes
                from solution in plane.Set.Runs.Zip(plane.Plane.Solutions)
                select (ImmutableArray<object?>)
                    [
                        plane.Set.Target,
                        plane.Set.Label,
                        solution.First.Label,
                        solution.Second.X,
                        solution.Second.Y,
                        solution.Second.Score,
                        double.IsFinite(solution.Second.Loss) ? solution.Second.Loss : null,
                    ],
            ]
        );
}
