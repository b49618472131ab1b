using System.Collections.Immutable;

namespace TransferLens.Execution.Progress;

/// <summary>A run at one moment, as displays show it.</summary>
/// <param name="Study">Name of the study.</param>
/// <param name="State">State of the run.</param>
/// <param name="Groups">The run's tasks, grouped.</param>
/// <param name="Outcomes">
/// The outcome of each task, by its key. A waiting task with a progress was interrupted there.
/// </param>
/// <param name="Pace">How much is done, and the time left.</param>
public sealed record RunView(
    string Study,
    RunState State,
    ImmutableArray<TaskGroup> Groups,
    ImmutableDictionary<string, TaskOutcome> Outcomes,
    RunPace Pace
)
{
    /// <summary>The outcomes of all tasks, group by group.</summary>
    public IEnumerable<TaskOutcome> All => Groups.SelectMany(OutcomesOf);

    /// <summary>The outcomes of a group's tasks, in the group's order.</summary>
    public IEnumerable<TaskOutcome> OutcomesOf(TaskGroup group) => group.Tasks.Select(task => Outcomes[task.Key]);

    /// <summary>
    /// The state of a group: running if any of its tasks runs, otherwise failed if any failed, otherwise waiting if any
    /// waits, otherwise skipped if any was skipped, otherwise done.
    /// </summary>
    public TaskState StateOf(TaskGroup group)
    {
        TaskState[] order = [TaskState.Running, TaskState.Failed, TaskState.Waiting, TaskState.Skipped];
        var states = OutcomesOf(group).Select(outcome => outcome.State).ToHashSet();
        return order.Where(states.Contains).FirstOrDefault(TaskState.Done);
    }
}
