using TransferLens.Studies.Plans;

namespace TransferLens.Execution;

/// <summary>Computes the tasks of a plan whose artifacts are not in the store yet.</summary>
public interface IExecutor
{
    /// <summary>Runs until every task has finished or failed, or until it is cancelled.</summary>
    /// <param name="tasks">All tasks of the plan, inputs before the tasks that read them.</param>
    /// <param name="watch">Receives every change of a task's state. Never called by two threads at once.</param>
    /// <param name="cancellationToken">
    /// Requests a clean stop: running tasks keep the work from which they resume later.
    /// </param>
    /// <returns>The final outcome of each task, in the order of <paramref name="tasks"/>.</returns>
    Task<IReadOnlyList<TaskOutcome>> RunAsync(
        IReadOnlyList<TaskSpec> tasks,
        Action<TaskOutcome> watch,
        CancellationToken cancellationToken
    );
}
