using System.Collections.Immutable;
using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Progress;

/// <summary>A run as seen by the process that runs it: collects the outcomes of tasks into a view of the run.</summary>
public sealed class RunProgress
{
    private readonly string study;
    private readonly TimeProvider time;
    private readonly ImmutableArray<TaskGroup> groups;
    private readonly HashSet<string> ready = new(StringComparer.Ordinal);
    private readonly WorkSums sums = new();
    private readonly long started;
    private ImmutableDictionary<string, TaskOutcome> outcomes;
    private bool begun;

    /// <summary>Starts with every task waiting.</summary>
    /// <param name="plan">The run's plan.</param>
    /// <param name="time">The clock.</param>
    public RunProgress(Plan plan, TimeProvider time)
    {
        (study, this.time, groups, started) = (plan.Study.Name, time, TaskGroup.FromPlan(plan), time.GetTimestamp());
        outcomes = plan.Tasks.ToImmutableDictionary(
            task => task.Key,
            task => new TaskOutcome(task, TaskState.Waiting),
            StringComparer.Ordinal
        );
        foreach (var outcome in outcomes.Values)
        {
            sums.Add(outcome, ready: false);
        }
    }

    /// <summary>Records the outcome of a task.</summary>
    public void Take(TaskOutcome outcome)
    {
        var wasReady = ready.Contains(outcome.Task.Key);
        begun |= outcome.State == TaskState.Running || outcome.Place is not null;
        if (!begun && outcome.State == TaskState.Done)
        {
            ready.Add(outcome.Task.Key);
        }

        sums.Change(outcomes[outcome.Task.Key], wasReady, outcome, ready.Contains(outcome.Task.Key));
        outcomes = outcomes.SetItem(outcome.Task.Key, outcome);
    }

    /// <summary>The run as it is now.</summary>
    public RunView View()
    {
        var pace = RunPace.FromSums(sums, time.GetElapsedTime(started), running: true);
        return new(study, RunState.Running, groups, outcomes, pace);
    }
}
