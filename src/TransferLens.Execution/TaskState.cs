namespace TransferLens.Execution;

/// <summary>The states of a task.</summary>
public enum TaskState
{
    /// <summary>Waits for its inputs, or for a free worker.</summary>
    Waiting,

    /// <summary>A worker is computing it.</summary>
    Running,

    /// <summary>Its artifact is in the store.</summary>
    Done,

    /// <summary>It failed; its log contains the details.</summary>
    Failed,

    /// <summary>It was not started: one of its inputs failed, or the run was cancelled.</summary>
    Skipped,
}
