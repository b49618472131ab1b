using System.Collections.Immutable;
using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Progress;

/// <summary>A run as seen by other processes: from the files in its folder and its store. Writes nothing.</summary>
/// <param name="plan">The run's plan.</param>
/// <param name="store">Its store.</param>
/// <param name="folder">Its folder.</param>
/// <param name="time">The clock.</param>
/// <param name="places">The batch jobs of tasks, by their keys; null when no cluster is used.</param>
public sealed class StoredRun(
    Plan plan,
    ArtifactStore store,
    string folder,
    TimeProvider time,
    Func<IReadOnlyDictionary<string, string>>? places = null
)
{
    private readonly ImmutableArray<TaskGroup> groups = TaskGroup.FromPlan(plan);
    private readonly ComputingTimes times = new(store);

    // The plan is written when the run starts, and only then.
    private readonly DateTimeOffset begun = File.GetLastWriteTimeUtc(Path.Combine(folder, "plan.json"));

    /// <summary>Path of the report of a finished run.</summary>
    public string Report => Path.Combine(folder, "report.html");

    /// <summary>The run as it is now.</summary>
    public RunView View()
    {
        var isLocked = RunLock.IsTaken(folder);
        var (outcomes, jobs) = (new Dictionary<string, TaskOutcome>(StringComparer.Ordinal), places?.Invoke());
        foreach (var task in plan.Tasks)
        {
            var outcome = Outcome(task, jobs?.GetValueOrDefault(task.Key));
            var isLost = outcome is { State: TaskState.Waiting, Place: null } && task.Inputs.Values.Any(IsLost);
            outcomes.Add(task.Key, isLost ? outcome with { State = TaskState.Skipped } : outcome);
        }

        var state = State(outcomes.Values, isLocked);
        return new(
            plan.Study.Name,
            state,
            groups,
            outcomes.ToImmutableDictionary(StringComparer.Ordinal),
            Pace(outcomes.Values, state)
        );

        bool IsLost(TaskSpec input) =>
            outcomes.GetValueOrDefault(input.Key)?.State is TaskState.Failed or TaskState.Skipped;
    }

    private TaskOutcome Outcome(TaskSpec task, string? place)
    {
        var running = store.Running(task.Key);
        if (store.Contains(task))
        {
            return new(task, TaskState.Done);
        }

        if (running.IsTaken())
        {
            return new(task, TaskState.Running, running.Read()) { Place = place };
        }

        if (store.Contains(task))
        {
            return new(task, TaskState.Done); // It finished between the two looks.
        }

        if (place is not null)
        {
            return new(task, TaskState.Waiting, running.Read()) { Place = place };
        }

        return running.Failure() is { } why
            ? new(task, TaskState.Failed, running.Read(), why)
            : new(task, TaskState.Waiting, running.Read());
    }

    private RunState State(IReadOnlyCollection<TaskOutcome> outcomes, bool isLocked)
    {
        if (outcomes.All(outcome => outcome.State == TaskState.Done))
        {
            return isLocked ? RunState.Concluding
                : File.Exists(Report) ? RunState.Finished
                : RunState.Stopped;
        }

        if (isLocked || outcomes.Any(outcome => outcome.State == TaskState.Running || outcome.Place is not null))
        {
            return RunState.Running;
        }

        return outcomes.Any(outcome => outcome.State == TaskState.Failed) ? RunState.Failed : RunState.Stopped;
    }

    private RunPace Pace(IReadOnlyCollection<TaskOutcome> outcomes, RunState state)
    {
        var done = outcomes
            .Where(outcome => outcome.State == TaskState.Done)
            .ToDictionary(outcome => outcome.Task.Key, outcome => times.Read(outcome.Task.Key), StringComparer.Ordinal);
        var ready = done.Where(entry => entry.Value.Started < begun)
            .Select(entry => entry.Key)
            .ToHashSet(StringComparer.Ordinal);
        var isRunning = state is RunState.Running or RunState.Concluding;
        var lastEnd = done.Where(entry => !ready.Contains(entry.Key))
            .Select(entry => entry.Value.Ended)
            .DefaultIfEmpty(begun)
            .Max();
        var elapsed = (isRunning ? time.GetUtcNow() : lastEnd) - begun;
        return RunPace.FromOutcomes(outcomes, ready, Known(elapsed, isRunning), isRunning);
    }

    // Clocks of machines differ: a run in progress may seem to start in the future.
    private static TimeSpan? Known(TimeSpan elapsed, bool isRunning)
    {
        if (elapsed > TimeSpan.Zero)
        {
            return elapsed;
        }

        return isRunning ? TimeSpan.Zero : null;
    }
}
