using System.Diagnostics;
using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Local;

/// <summary>How a worker process is started on this machine.</summary>
internal static class WorkerStart
{
    /// <summary>The start of a worker, with its arguments and environment.</summary>
    /// <param name="command">The words that start this program.</param>
    /// <param name="task">The worker's first task.</param>
    /// <param name="store">The store's folder.</param>
    /// <param name="threads">Threads that the worker computes with.</param>
    public static ProcessStartInfo Create(IReadOnlyList<string> command, TaskSpec task, string store, int threads)
    {
        string[] arguments =
        [
            .. command.Skip(1),
            "task",
            task.Key,
            "--store",
            store,
            "--threads",
            $"{threads}",
            "--follow-input",
        ];
        var start = new ProcessStartInfo(command[0], arguments) { UseShellExecute = false };
        foreach (var name in WorkerEnvironment.ThreadVariables)
        {
            start.Environment[name] = $"{threads}";
        }

        start.Environment.TryGetValue(WorkerEnvironment.TunablesVariable, out var tunables);
        start.Environment[WorkerEnvironment.TunablesVariable] = WorkerEnvironment.TunablesWith(tunables);
        return start;
    }
}
