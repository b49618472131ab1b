using System.Collections.Immutable;
using TransferLens.Figures;
using TransferLens.Findings;

namespace TransferLens.Analyses;

/// <summary>A plane of a study.</summary>
/// <param name="Set">Which trainings.</param>
/// <param name="Plane">What was measured.</param>
internal sealed record MeasuredPlane(SolutionSet Set, PlaneResult Plane);

/// <summary>The figures and the table of <see cref="SolutionPlane"/>.</summary>
internal static class PlaneFigure
{
    /// <summary>Two figures a target, accuracy and loss, one panel a plane.</summary>
    public static ImmutableArray<Figure> Of(ImmutableArray<MeasuredPlane> planes) =>
    [
        .. planes.GroupBy(plane => plane.Set.Target).SelectMany(target => new[]
        {
            Figure("accuracy", "Test accuracy", "accuracy (%)", target, plane => plane.Accuracy.Select(row => row.Select(value => 100 * value)),
                plane => $"from {100 * plane.Solutions.Min(s => s.Accuracy):0.0} to {100 * plane.Solutions.Max(s => s.Accuracy):0.0} % at the solutions, from {100 * plane.Accuracy.Min(row => row.Min()):0.0} to {100 * plane.Accuracy.Max(row => row.Max()):0.0} % on the grid"),
            Figure("loss", "Test loss", "loss (nats)", target, plane => plane.Loss.Select(row => row.Select(value => value ?? double.NaN)),
                plane => $"from {plane.Solutions.Min(s => s.Loss):0.00} to {plane.Solutions.Max(s => s.Loss):0.00} nats at the solutions, from {plane.Loss.Min(row => row.Min()):0.00} to {plane.Loss.Max(row => row.Max()):0.00} on the grid"),
        }),
    ];

    private static Landscape Figure(
        string name, string what, string quantity, IGrouping<string, MeasuredPlane> target,
        Func<PlaneResult, IEnumerable<IEnumerable<double>>> values, Func<PlaneResult, string> range) => new(
            $"performance_barrier-plane-{name}-{target.Key}",
            $"{what} on the plane through three solutions, {target.Key}; distances as in parameter space{(target.First().Plane.Recalibrated ? ", statistics recalibrated at each point" : "")}.",
            string.Join("; ", target.Select(plane => $"{plane.Set.Label}: {range(plane.Plane)}")) + ".",
            quantity,
            [
                .. target.Select(plane => new LandscapePanel(
                    plane.Set.Label, "distance along the first side", "distance across it", plane.Plane.X, plane.Plane.Y,
                    [.. values(plane.Plane).Select(row => row.ToImmutableArray())],
                    [.. plane.Set.Runs.Zip(plane.Plane.Solutions, (run, solution) => new LandscapePoint(run.Label, solution.X, solution.Y))])),
            ]);

    /// <summary>One row for each solution of each plane.</summary>
    public static Table Table(ImmutableArray<MeasuredPlane> planes) => new(
        "performance_barrier-planes", "Planes through three solutions: where these lie, in parameter distance, and what they do themselves",
        ["target", "plane", "solution", "x", "y", "accuracy", "loss"],
        [
            .. from plane in planes
               from solution in plane.Set.Runs.Zip(plane.Plane.Solutions)
               select (ImmutableArray<object?>)[
                   plane.Set.Target, plane.Set.Label, solution.First.Label, solution.Second.X, solution.Second.Y, solution.Second.Accuracy,
                   double.IsFinite(solution.Second.Loss) ? solution.Second.Loss : null],
        ]);
}
