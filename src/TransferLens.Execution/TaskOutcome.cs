using TransferLens.Studies.Plans;

namespace TransferLens.Execution;

/// <summary>The state of a task and the reason for it.</summary>
/// <param name="Task">The task.</param>
/// <param name="State">Its state.</param>
/// <param name="Progress">
/// Progress of a running task, or the progress at which a waiting or failed task was interrupted; null when unknown.
/// </param>
/// <param name="Problem">Why the task failed, in one sentence; null when it did not fail.</param>
public sealed record TaskOutcome(TaskSpec Task, TaskState State, TaskProgress? Progress = null, string? Problem = null)
{
    /// <summary>
    /// The batch job that computes the task, for example <c>Slurm job 12_3, pending (Priority)</c>; null without one.
    /// </summary>
    public string? Place { get; init; }
}
