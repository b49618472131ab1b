using TransferLens.Studies.Plans;

namespace TransferLens.Execution;

/// <summary>Computes the tasks of a plan that the store does not hold yet.</summary>
public interface IExecutor
{
    /// <summary>Runs until every task is done or has failed, or until asked to stop.</summary>
    /// <param name="tasks">All tasks, inputs first.</param>
    /// <param name="watch">Takes what happens, as it happens; called from one thread at a time.</param>
    /// <param name="cancellationToken">Asks for a clean stop: running tasks keep what they need to go on later.</param>
    /// <returns>One outcome per task.</returns>
    Task<IReadOnlyList<TaskOutcome>> RunAsync(
        IReadOnlyList<TaskSpec> tasks,
        Action<TaskOutcome> watch,
        CancellationToken cancellationToken
    );
}

/// <summary>Where a task stands.</summary>
public enum TaskState
{
    /// <summary>Waits for its inputs or for a free worker.</summary>
    Waiting,

    /// <summary>Is being computed.</summary>
    Running,

    /// <summary>Its artifact is in the store.</summary>
    Done,

    /// <summary>It failed; its log says why.</summary>
    Failed,

    /// <summary>An input failed or the run was stopped, so it was not started.</summary>
    Skipped,
}

/// <summary>Where a task stands, and why.</summary>
/// <param name="Task">The task.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Progress">How far it is, while it runs.</param>
/// <param name="Problem">One sentence, when it failed.</param>
public sealed record TaskOutcome(TaskSpec Task, TaskState State, TaskProgress? Progress = null, string? Problem = null)
{
    /// <summary>Where else it is being taken care of, for example <c>Slurm job 12_3, pending (Priority)</c>; null on this machine.</summary>
    public string? Place { get; init; }
}
