using System.Collections.Immutable;
using TransferLens.Execution;
using TransferLens.Plans;

namespace TransferLens.Progress;

/// <summary>A run as the one who runs it sees it: takes what happens, and says where the run stands.</summary>
/// <param name="plan">The run's plan.</param>
/// <param name="time">What the time is.</param>
public sealed class RunProgress(Plan plan, TimeProvider time)
{
    private readonly ImmutableArray<TaskGroup> groups = TaskGroup.Of(plan);
    private readonly HashSet<string> ready = new(StringComparer.Ordinal);
    private readonly long started = time.GetTimestamp();
    private ImmutableDictionary<string, TaskOutcome> outcomes = plan.Tasks.ToImmutableDictionary(task => task.Key, task => new TaskOutcome(task, TaskState.Waiting), StringComparer.Ordinal);
    private bool begun;

    /// <summary>Takes in what happened to a task.</summary>
    public void Take(TaskOutcome outcome)
    {
        begun |= outcome.State == TaskState.Running || outcome.Place is not null;
        if (!begun && outcome.State == TaskState.Done)
        {
            ready.Add(outcome.Task.Key);
        }

        outcomes = outcomes.SetItem(outcome.Task.Key, outcome);
    }

    /// <summary>Where the run stands now.</summary>
    public RunView View() =>
        new(plan.Study.Name, RunState.Running, groups, outcomes, RunPace.Of([.. outcomes.Values], ready, time.GetElapsedTime(started), running: true));
}
