using System.Collections.Immutable;
using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Progress;

/// <summary>A run as the one who runs it sees it: takes what happens, and says where the run stands.</summary>
public sealed class RunProgress
{
    private readonly string study;
    private readonly TimeProvider time;
    private readonly ImmutableArray<TaskGroup> groups;
    private readonly HashSet<string> ready = new(StringComparer.Ordinal);
    private readonly RunPace.Sums sums = new();
    private readonly long started;
    private ImmutableDictionary<string, TaskOutcome> outcomes;
    private bool begun;

    /// <summary>A run of which nothing is known yet.</summary>
    /// <param name="plan">The run's plan.</param>
    /// <param name="time">What the time is.</param>
    public RunProgress(Plan plan, TimeProvider time)
    {
        (study, this.time, groups, started) = (plan.Study.Name, time, TaskGroup.Of(plan), time.GetTimestamp());
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

    /// <summary>Takes in what happened to a task.</summary>
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

    /// <summary>Where the run stands now.</summary>
    public RunView View() =>
        new(study, RunState.Running, groups, outcomes, RunPace.Of(sums, time.GetElapsedTime(started), running: true));
}
