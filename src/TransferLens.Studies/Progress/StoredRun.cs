using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Artifacts;
using TransferLens.Execution;
using TransferLens.Plans;

namespace TransferLens.Progress;

/// <summary>A run as everybody else sees it: from what is in its folder and its store, in which this writes nothing.</summary>
/// <param name="plan">The run's plan.</param>
/// <param name="store">Its store.</param>
/// <param name="folder">Its folder.</param>
/// <param name="time">What the time is.</param>
public sealed class StoredRun(Plan plan, ArtifactStore store, string folder, TimeProvider time)
{
    private readonly ImmutableArray<TaskGroup> groups = TaskGroup.Of(plan);
    private readonly Dictionary<string, (DateTimeOffset Started, DateTimeOffset Ended)> made = new(StringComparer.Ordinal);

    // Written when the run begins, and only then.
    private readonly DateTimeOffset begun = File.GetLastWriteTimeUtc(Path.Combine(folder, "plan.json"));

    /// <summary>Where the report of a finished run is.</summary>
    public string Report => Path.Combine(folder, "report.html");

    /// <summary>Where the run stands now.</summary>
    public RunView View()
    {
        var held = RunLock.IsTaken(folder);
        var outcomes = new Dictionary<string, TaskOutcome>(StringComparer.Ordinal);
        foreach (var task in plan.Tasks)
        {
            var outcome = Outcome(task);
            var lost = outcome.State == TaskState.Waiting && task.Inputs.Values.Any(input => outcomes.GetValueOrDefault(input.Key)?.State is TaskState.Failed or TaskState.Skipped);
            outcomes.Add(task.Key, lost ? outcome with { State = TaskState.Skipped } : outcome);
        }

        var state = State(outcomes.Values, held);
        return new(plan.Study.Name, state, groups, outcomes.ToImmutableDictionary(StringComparer.Ordinal), Pace(outcomes.Values, state));
    }

    private TaskOutcome Outcome(TaskSpec task)
    {
        var running = store.Running(task.Key);
        if (store.Holds(task))
        {
            return new(task, TaskState.Done);
        }

        return running.IsTaken() ? new(task, TaskState.Running, running.Read())
            : store.Holds(task) ? new(task, TaskState.Done) // It was finished between the two looks.
            : running.Failure() is { } why ? new(task, TaskState.Failed, running.Read(), why)
            : new(task, TaskState.Waiting, running.Read());
    }

    private RunState State(IReadOnlyCollection<TaskOutcome> outcomes, bool held)
    {
        if (outcomes.All(outcome => outcome.State == TaskState.Done))
        {
            return held ? RunState.Concluding : File.Exists(Report) ? RunState.Finished : RunState.Stopped;
        }

        return held || outcomes.Any(outcome => outcome.State == TaskState.Running) ? RunState.Running
            : outcomes.Any(outcome => outcome.State == TaskState.Failed) ? RunState.Failed : RunState.Stopped;
    }

    private RunPace Pace(IReadOnlyCollection<TaskOutcome> outcomes, RunState state)
    {
        var times = outcomes.Where(outcome => outcome.State == TaskState.Done).ToDictionary(outcome => outcome.Task.Key, outcome => Times(outcome.Task.Key), StringComparer.Ordinal);
        var ready = times.Where(entry => entry.Value.Started < begun).Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal);
        var working = state is RunState.Running or RunState.Concluding;
        var end = working ? time.GetUtcNow() : times.Where(entry => !ready.Contains(entry.Key)).Select(entry => entry.Value.Ended).DefaultIfEmpty(begun).Max();
        return RunPace.Of(outcomes, ready, end > begun ? end - begun : working ? TimeSpan.Zero : null, working);
    }

    private (DateTimeOffset Started, DateTimeOffset Ended) Times(string key)
    {
        if (!made.TryGetValue(key, out var times))
        {
            try
            {
                var provenance = store.Manifest(key)["provenance"]!;
                var started = DateTimeOffset.Parse((string)provenance["started"]!, CultureInfo.InvariantCulture);
                times = (started, started.AddSeconds((double)provenance["seconds"]!));
            }
            catch (Exception failure) when (failure is DamagedArtifactException or NullReferenceException or FormatException or InvalidOperationException or ArgumentNullException)
            {
                times = (DateTimeOffset.MinValue, DateTimeOffset.MinValue); // Nobody knows when; so it does not tell of the pace.
            }

            made.Add(key, times);
        }

        return times;
    }
}
