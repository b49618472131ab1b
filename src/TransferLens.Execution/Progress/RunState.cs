namespace TransferLens.Execution.Progress;

/// <summary>The states of a run.</summary>
public enum RunState
{
    /// <summary>Its tasks are being computed.</summary>
    Running,

    /// <summary>All tasks are done; results and report are being written.</summary>
    Concluding,

    /// <summary>No process works on it, and it is not finished.</summary>
    Stopped,

    /// <summary>No process works on it, and a task failed.</summary>
    Failed,

    /// <summary>All tasks are done and the report is written.</summary>
    Finished,
}
