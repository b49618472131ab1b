using System.Collections.Immutable;

namespace TransferLens.Execution.Progress;

/// <summary>A run as it stands at one moment: what terminal, <c>status</c> and the live page show.</summary>
/// <param name="Study">Name of the study.</param>
/// <param name="State">Where it stands as a whole.</param>
/// <param name="Groups">Its tasks, grouped.</param>
/// <param name="Outcomes">Where each task stands, by its key. A waiting task that has a progress was broken off there.</param>
/// <param name="Pace">How far it is.</param>
public sealed record RunView(
    string Study,
    RunState State,
    ImmutableArray<TaskGroup> Groups,
    ImmutableDictionary<string, TaskOutcome> Outcomes,
    RunPace Pace
)
{
    /// <summary>Where the tasks of a group stand, in its order.</summary>
    public IEnumerable<TaskOutcome> Of(TaskGroup group) => group.Tasks.Select(task => Outcomes[task.Key]);

    /// <summary>All tasks, group by group.</summary>
    public IEnumerable<TaskOutcome> All => Groups.SelectMany(Of);

    /// <summary>Where a group stands: running when any task of it runs, else failed when any failed, else done when all are.</summary>
    public TaskState StateOf(TaskGroup group)
    {
        var states = Of(group).Select(outcome => outcome.State).ToHashSet();
        return states.Contains(TaskState.Running) ? TaskState.Running
            : states.Contains(TaskState.Failed) ? TaskState.Failed
            : states.Contains(TaskState.Waiting) ? TaskState.Waiting
            : states.Contains(TaskState.Skipped) ? TaskState.Skipped
            : TaskState.Done;
    }
}
