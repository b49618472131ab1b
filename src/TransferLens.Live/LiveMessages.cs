using System.Text.Json.Nodes;
using TransferLens.Execution;
using TransferLens.Execution.Progress;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;

namespace TransferLens.Live;

/// <summary>What one page is told: the plan once, and then what changed.</summary>
/// <param name="feed">What there is to see.</param>
internal sealed class LiveMessages(LiveFeed feed)
{
    private const int LinesOfLog = 30;

    private readonly Dictionary<string, string> told = new(StringComparer.Ordinal);
    private Plan? plan;

    /// <summary>Events as name and one-line JSON; none when nothing changed.</summary>
    public IReadOnlyList<(string Name, string Data)> New()
    {
        var moment = feed.Look();
        List<(string, string)> events = [];
        if (moment.Run is null || moment.Plan is null)
        {
            (plan, told["tasks"]) = (null, "");
            Tell(
                "run",
                new JsonObject
                {
                    ["state"] = "unstarted",
                    ["word"] = "not begun",
                    ["problem"] = moment.Problem,
                }
            );
            return events;
        }

        if (!ReferenceEquals(plan, moment.Plan))
        {
            told.Clear();
            plan = moment.Plan;
            Tell("plan", Plan(moment.Run));
        }

        Tell("run", Run(moment.Run));
        Changed("tasks", moment.Run.All.Select(outcome => (outcome.Task.Key, Task(outcome))));
        Changed(
            "curves",
            moment.Curves.Select(curve => (curve.Task.Key, Curve(curve, moment.Run.Outcomes[curve.Task.Key])))
        );
        return events;

        void Tell(string name, JsonNode data)
        {
            var text = data.ToJsonString();
            if (told.GetValueOrDefault(name) != text)
            {
                told[name] = text;
                events.Add((name, text));
            }
        }

        void Changed(string name, IEnumerable<(string Key, JsonObject Item)> all)
        {
            var changed = all.Where(entry =>
                    told.GetValueOrDefault($"{name} {entry.Key}")
                    != (told[$"{name} {entry.Key}"] = entry.Item.ToJsonString())
                )
                .ToList();
            if (changed.Count > 0)
            {
                events.Add((name, new JsonArray([.. changed.Select(entry => entry.Item)]).ToJsonString()));
            }
        }
    }

    private static JsonObject Plan(RunView run) =>
        new()
        {
            ["study"] = run.Study,
            ["groups"] = new JsonArray([
                .. run.Groups.Select(group => new JsonObject
                {
                    ["name"] = group.Name,
                    ["needs"] = new JsonArray([.. group.Needs.Select(need => (JsonNode)need)]),
                    ["tasks"] = new JsonArray([
                        .. group.Tasks.Select(task => new JsonObject
                        {
                            ["key"] = task.Key,
                            ["title"] = task.Title,
                            ["inputs"] = new JsonArray([.. task.Inputs.Select(input => (JsonNode)input.Value.Title)]),
                        }),
                    ]),
                }),
            ]),
        };

    private static JsonObject Run(RunView run) =>
        new()
        {
            ["state"] = run.State.ToString().ToLowerInvariant(),
            ["word"] = RunWords.State(run.State),
            ["fraction"] = Math.Round(run.Pace.Fraction, 4),
            ["percent"] = RunWords.Percent(run.Pace.Fraction),
            ["done"] = run.Pace.Done,
            ["count"] = run.Pace.Count,
            ["elapsed"] = RunWords.Elapsed(run.Pace.Elapsed),
            ["left"] = RunWords.Left(run.Pace.Left),
        };

    private JsonObject Task(TaskOutcome outcome)
    {
        var item = new JsonObject
        {
            ["key"] = outcome.Task.Key,
            ["state"] = outcome is { State: TaskState.Waiting, Progress: not null }
                ? "broken"
                : outcome.State.ToString().ToLowerInvariant(),
            ["word"] = RunWords.State(outcome),
            ["more"] = RunWords.Details(outcome),
            ["fraction"] = outcome.State == TaskState.Done ? 1 : outcome.Progress?.Fraction ?? 0,
        };
        if (outcome.State == TaskState.Failed)
        {
            item["log"] = feed.Log(outcome.Task.Key) is { } log ? LogText.Last(log, LinesOfLog) : "";
        }

        return item;
    }

    private static JsonObject Curve(TrainingSoFar curve, TaskOutcome outcome) =>
        new()
        {
            ["key"] = curve.Task.Key,
            ["panel"] = curve.Panel,
            ["group"] = curve.Group,
            ["name"] = curve.Name,
            ["seed"] = curve.Seed,
            ["epochs"] = curve.Epochs,
            ["running"] = outcome.State == TaskState.Running,
            ["metric"] = curve.Metric.Name,
            ["values"] = new JsonArray([.. curve.TestScore.Select(value => (JsonNode?)value)]),
        };
}
