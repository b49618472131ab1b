using System.Text.Json.Nodes;
using TransferLens.Execution.Progress;

namespace TransferLens.Cli.Output;

/// <summary>The progress of a run, for scripts: <c>status --json</c>.</summary>
internal static class RunDocument
{
    /// <summary>
    /// Creates the document. A run is <c>running</c>, <c>concluding</c>, <c>stopped</c>, <c>failed</c> or
    /// <c>finished</c>, a task <c>waiting</c>, <c>running</c>, <c>done</c>, <c>failed</c> or <c>skipped</c>. Unknown
    /// values are null.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="report">Path of its report, or null.</param>
    public static JsonObject Of(RunView run, string? report) =>
        new()
        {
            ["study"] = run.Study,
            ["state"] = Word(run.State),
            ["fraction"] = Math.Round(run.Pace.Fraction, 4),
            ["done"] = run.Pace.Done,
            ["tasks"] = run.Pace.Count,
            ["secondsElapsed"] = Seconds(run.Pace.Elapsed),
            ["secondsLeft"] = Seconds(run.Pace.Left),
            ["report"] = report,
            ["groups"] = new JsonArray([
                .. run.Groups.Select(group => new JsonObject
                {
                    ["name"] = group.Name,
                    ["state"] = Word(run.StateOf(group)),
                    ["needs"] = new JsonArray([.. group.Needs.Select(need => (JsonNode)need)]),
                    ["tasks"] = new JsonArray([
                        .. run.OutcomesOf(group)
                            .Select(outcome => new JsonObject
                            {
                                ["title"] = outcome.Task.Title,
                                ["kind"] = outcome.Task.Kind.Name,
                                ["key"] = outcome.Task.Key,
                                ["state"] = Word(outcome.State),
                                ["fraction"] =
                                    outcome.State == Execution.TaskState.Done ? 1 : outcome.Progress?.Fraction,
                                ["message"] = outcome.Progress?.Message,
                                ["secondsLeft"] = Seconds(outcome.Progress?.Left),
                                ["problem"] = outcome.Problem,
                                ["place"] = outcome.Place,
                            }),
                    ]),
                }),
            ]),
        };

    private static string Word<T>(T state)
        where T : struct, Enum => state.ToString().ToLowerInvariant();

    private static double? Seconds(TimeSpan? time) => time is { } known ? Math.Round(known.TotalSeconds, 1) : null;
}
