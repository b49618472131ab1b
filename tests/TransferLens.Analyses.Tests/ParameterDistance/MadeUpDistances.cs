using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.ParameterDistance;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.Tests.ParameterDistance;

/// <summary>Distances of runs that nobody trained.</summary>
internal static class MadeUpDistances
{
    private const string Role = "run ";

    /// <summary>The result of a task that measures pairs.</summary>
    /// <param name="task">The task.</param>
    /// <param name="body">Distance of a pair now, by both labels; P has none.</param>
    /// <param name="began">Distance of its initial weights.</param>
    /// <param name="moved">How far a run moved.</param>
    public static JsonObject Measure(
        TaskSpec task,
        Func<string, string, double> body,
        Func<string, string, double> began,
        Func<string, double> moved
    ) =>
        new()
        {
            ["pairs"] = JsonSerializer.SerializeToNode(
                TaskSettings
                    .Read<DistanceTaskSettings>(task.Settings)
                    .Pairs.Select(pair => Pair(Label(pair.First), Label(pair.Second), body, began, moved)),
                ResultJson.Options
            ),
        };

    // P stays where it is. With heads, which count in no finding, all runs are far apart.
    private static MeasuredPair Pair(
        string first,
        string second,
        Func<string, string, double> body,
        Func<string, string, double> began,
        Func<string, double> moved
    )
    {
        var (now, before) = (body(first, second), began(first, second));
        var (one, other) = (moved(first), second == "P" ? 0 : moved(second));
        return new(
            new(now + 500, 5, 5, false, [new("conv1", now, 5, 5), new("linear", 500, 1, 1)]),
            new(now, before, one, other, 0.25, [new("conv1", now, before, one, other, 0.5)])
        );
    }

    private static string Label(string role) =>
        role.StartsWith(Role, StringComparison.Ordinal) ? role[Role.Length..] : role;
}
