using System.Text.Json.Nodes;
using TransferLens.Execution;
using TransferLens.Execution.Progress;
using TransferLens.Studies.Plans;

namespace TransferLens.Live;

/// <summary>The events for one page: first the plan, then changes.</summary>
/// <param name="feed">The state of the run.</param>
internal sealed class LiveMessages(LiveFeed feed)
{
    private const int LogLines = 30;

    private readonly Dictionary<string, string> sent = new(StringComparer.Ordinal);
    private Plan? plan;

    /// <summary>New events as names and one-line JSON; none if nothing changed.</summary>
    public IReadOnlyList<(string Name, string Data)> Next()
    {
        var state = feed.Current();
        List<(string, string)> events = [];
        if (state.Run is null || state.Plan is null)
        {
            (plan, sent["tasks"]) = (null, "");
            Send("run", NotStarted(state.Problem));
            return events;
        }

        if (!ReferenceEquals(plan, state.Plan))
        {
            sent.Clear();
            plan = state.Plan;
            Send("plan", Plan(state.Run));
        }

        Send("run", Run(state.Run));
        SendChanges("tasks", state.Run.All.Select(outcome => (outcome.Task.Key, Task(outcome))));
        var curves = state.Curves.Select(curve => (curve.Task.Key, Curve(curve, state.Run.Outcomes[curve.Task.Key])));
        SendChanges("curves", curves);
        return events;

        void Send(string name, JsonNode data)
        {
            var text = data.ToJsonString();
            if (sent.GetValueOrDefault(name) != text)
            {
                sent[name] = text;
                events.Add((name, text));
            }
        }

        void SendChanges(string name, IEnumerable<(string Key, JsonObject Item)> all)
        {
            var changed = new JsonArray();
            foreach (var (key, item) in all)
            {
                var (id, text) = ($"{name} {key}", item.ToJsonString());
                if (sent.GetValueOrDefault(id) != text)
                {
                    sent[id] = text;
                    changed.Add(item);
                }
            }

            if (changed.Count > 0)
            {
                events.Add((name, changed.ToJsonString()));
            }
        }
    }

    private static JsonObject NotStarted(string problem) =>
        new()
        {
            ["state"] = "unstarted",
            ["word"] = "not started",
            ["problem"] = problem,
        };

    private static JsonObject Plan(RunView run)
    {
        var groups = run.Groups.Select(group => new JsonObject
        {
            ["name"] = group.Name,
            ["needs"] = Texts(group.Needs),
            ["tasks"] = new JsonArray([.. group.Tasks.Select(PlannedTask)]),
        });
        return new() { ["study"] = run.Study, ["groups"] = new JsonArray([.. groups]) };
    }

    private static JsonObject PlannedTask(TaskSpec task) =>
        new()
        {
            ["key"] = task.Key,
            ["title"] = task.Title,
            ["inputs"] = Texts(task.Inputs.Select(input => input.Value.Title)),
        };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

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
            item["log"] = feed.FindLog(outcome.Task.Key) is { } log ? LogText.ReadLastLines(log, LogLines) : "";
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
            ["done"] = outcome.State == TaskState.Done,
            ["metric"] = curve.Metric.Name,
            ["values"] = new JsonArray([.. curve.TestScore.Select(value => (JsonNode?)value)]),
        };
}
