namespace TransferLens.Execution.Progress;

/// <summary>Where a run stands as a whole.</summary>
public enum RunState
{
    /// <summary>Tasks are being computed.</summary>
    Running,

    /// <summary>All tasks are done, and results and report are being written.</summary>
    Concluding,

    /// <summary>Nobody works on it, and something is left to do.</summary>
    Stopped,

    /// <summary>Nobody works on it, and a task failed.</summary>
    Failed,

    /// <summary>All tasks are done, and the report is there.</summary>
    Finished,
}
