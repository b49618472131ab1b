using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Progress;

/// <summary>A run as everybody else sees it: from what is in its folder and its store, in which this writes nothing.</summary>
/// <param name="plan">The run's plan.</param>
/// <param name="store">Its store.</param>
/// <param name="folder">Its folder.</param>
/// <param name="time">What the time is.</param>
/// <param name="places">Where tasks are that a cluster takes care of, by their keys; null when none does.</param>
public sealed class StoredRun(
    Plan plan,
    ArtifactStore store,
    string folder,
    TimeProvider time,
    Func<IReadOnlyDictionary<string, string>>? places = null
)
{
    private readonly ImmutableArray<TaskGroup> groups = TaskGroup.Of(plan);
    private readonly Dictionary<string, (DateTimeOffset Started, DateTimeOffset Ended)> made = new(
        StringComparer.Ordinal
    );

    // Written when the run begins, and only then.
    private readonly DateTimeOffset begun = File.GetLastWriteTimeUtc(Path.Combine(folder, "plan.json"));

    /// <summary>Where the report of a finished run is.</summary>
    public string Report => Path.Combine(folder, "report.html");

    /// <summary>Where the run stands now.</summary>
    public RunView View()
    {
        var held = RunLock.IsTaken(folder);
        var (outcomes, elsewhere) = (new Dictionary<string, TaskOutcome>(StringComparer.Ordinal), places?.Invoke());
        foreach (var task in plan.Tasks)
        {
            var outcome = Outcome(task, elsewhere?.GetValueOrDefault(task.Key));
            var lost =
                outcome is { State: TaskState.Waiting, Place: null }
                && task.Inputs.Values.Any(input =>
                    outcomes.GetValueOrDefault(input.Key)?.State is TaskState.Failed or TaskState.Skipped
                );
            outcomes.Add(task.Key, lost ? outcome with { State = TaskState.Skipped } : outcome);
        }

        var state = State(outcomes.Values, held);
        return new(
            plan.Study.Name,
            state,
            groups,
            outcomes.ToImmutableDictionary(StringComparer.Ordinal),
            Pace(outcomes.Values, state)
        );
    }

    private TaskOutcome Outcome(TaskSpec task, string? place)
    {
        var running = store.Running(task.Key);
        if (store.Holds(task))
        {
            return new(task, TaskState.Done);
        }

        return running.IsTaken() ? new(task, TaskState.Running, running.Read()) { Place = place }
            : store.Holds(task) ? new(task, TaskState.Done) // It was finished between the two looks.
            : place is not null ? new(task, TaskState.Waiting, running.Read()) { Place = place }
            : running.Failure() is { } why ? new(task, TaskState.Failed, running.Read(), why)
            : new(task, TaskState.Waiting, running.Read());
    }

    private RunState State(IReadOnlyCollection<TaskOutcome> outcomes, bool held)
    {
        if (outcomes.All(outcome => outcome.State == TaskState.Done))
        {
            return held ? RunState.Concluding
                : File.Exists(Report) ? RunState.Finished
                : RunState.Stopped;
        }

        return held || outcomes.Any(outcome => outcome.State == TaskState.Running || outcome.Place is not null)
                ? RunState.Running
            : outcomes.Any(outcome => outcome.State == TaskState.Failed) ? RunState.Failed
            : RunState.Stopped;
    }

    private RunPace Pace(IReadOnlyCollection<TaskOutcome> outcomes, RunState state)
    {
        var times = outcomes
            .Where(outcome => outcome.State == TaskState.Done)
            .ToDictionary(outcome => outcome.Task.Key, outcome => Times(outcome.Task.Key), StringComparer.Ordinal);
        var ready = times
            .Where(entry => entry.Value.Started < begun)
            .Select(entry => entry.Key)
            .ToHashSet(StringComparer.Ordinal);
        var working = state is RunState.Running or RunState.Concluding;
        var end = working
            ? time.GetUtcNow()
            : times
                .Where(entry => !ready.Contains(entry.Key))
                .Select(entry => entry.Value.Ended)
                .DefaultIfEmpty(begun)
                .Max();
        return RunPace.Of(
            outcomes,
            ready,
            end > begun ? end - begun
                : working ? TimeSpan.Zero
                : null,
            working
        );
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
            catch (Exception failure)
                when (failure
                        is DamagedArtifactException
                            or NullReferenceException
                            or FormatException
                            or InvalidOperationException
                            or ArgumentNullException
                )
            {
                times = (DateTimeOffset.MinValue, DateTimeOffset.MinValue); // Nobody knows when; so it does not tell of the pace.
            }

            made.Add(key, times);
        }

        return times;
    }
}
