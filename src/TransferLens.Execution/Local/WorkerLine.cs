namespace TransferLens.Execution.Local;

/// <summary>
/// The protocol between a worker and the process that started it. The worker computes the task of its command line.
/// When the task is done and the worker's input is open, the worker prints one closing line to each of its two streams
/// and reads the key of the next task from its input. What it prints between two closing lines belongs to the task
/// between them. A worker whose task fails exits.
/// </summary>
internal static class WorkerLine
{
    /// <summary>
    /// The line that closes the output of a task. No other line that a worker prints starts with its first character.
    /// </summary>
    public static string Done(string key) => $"\u0006{key}";
}
