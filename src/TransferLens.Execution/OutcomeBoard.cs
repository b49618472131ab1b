using TransferLens.Studies.Plans;

namespace TransferLens.Execution;

/// <summary>The current outcome of every task of a run. Reports each change.</summary>
internal sealed class OutcomeBoard
{
    private readonly IReadOnlyList<TaskSpec> tasks;
    private readonly Action<TaskOutcome> watch;
    private readonly Dictionary<string, TaskOutcome> outcomes = new(StringComparer.Ordinal);

    /// <summary>Starts with the missing tasks waiting and all others done.</summary>
    /// <param name="tasks">All tasks.</param>
    /// <param name="missing">Tasks without an artifact.</param>
    /// <param name="watch">Receives every outcome that is set.</param>
    public OutcomeBoard(IReadOnlyList<TaskSpec> tasks, IReadOnlySet<TaskSpec> missing, Action<TaskOutcome> watch)
    {
        (this.tasks, this.watch) = (tasks, watch);
        foreach (var task in tasks)
        {
            Set(new(task, missing.Contains(task) ? TaskState.Waiting : TaskState.Done));
        }
    }

    /// <summary>The outcome of a task; null for a task of another run.</summary>
    public TaskOutcome? Find(string key) => outcomes.GetValueOrDefault(key);

    /// <summary>Sets and reports the outcome of a task.</summary>
    public void Set(TaskOutcome outcome)
    {
        outcomes[outcome.Task.Key] = outcome;
        watch(outcome);
    }

    /// <summary>Sets and reports the outcome of a task, unless it is the current one.</summary>
    public void Update(TaskOutcome outcome)
    {
        if (outcomes[outcome.Task.Key] != outcome)
        {
            Set(outcome);
        }
    }

    /// <summary>The outcomes at the end of a run: tasks that did not finish count as skipped.</summary>
    public IReadOnlyList<TaskOutcome> Final() => [.. tasks.Select(task => Final(outcomes[task.Key]))];

    private static TaskOutcome Final(TaskOutcome outcome) =>
        outcome.State is TaskState.Waiting or TaskState.Running ? outcome with { State = TaskState.Skipped } : outcome;
}
