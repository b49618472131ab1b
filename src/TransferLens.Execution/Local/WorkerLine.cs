namespace TransferLens.Execution.Local;

/// <summary>
/// What a worker and the one who started it say to each other. The worker computes the task of its command line. Where that is
/// done and its input is open, it says so by one line on each of its two streams, and reads the key of the next task from its
/// input. Whatever it prints between two such lines belongs to the task between them. A worker that fails ends instead.
/// </summary>
public static class WorkerLine
{
    /// <summary>The line that says that a task is done; nothing else that a worker prints begins with its first character.</summary>
    public static string Done(string key) => $"\u0006{key}";
}
