using System.Diagnostics;
using TransferLens.Execution.Local;
using TransferLens.Execution.Slurm;
using TransferLens.Studies.Plans;

namespace TransferLens.Cli.Processes;

/// <summary>Starts workers, which run this same program as <c>transferlens task KEY</c>.</summary>
internal static class WorkerProcess
{
    /// <summary>The start of a worker on this machine.</summary>
    /// <param name="task">The worker's first task.</param>
    /// <param name="store">The store's folder.</param>
    /// <param name="threads">Threads that the worker computes with.</param>
    public static ProcessStartInfo Start(TaskSpec task, string store, int threads) =>
        WorkerStart.Create(Program(), task, store, threads);

    /// <summary>Shell words that start this program on another machine that has the same files.</summary>
    public static string Command() => string.Join(' ', Program().Select(ShellWord.Quote));

    private static string[] Program() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
            ? [Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "transferlens.dll")]
            : [Environment.ProcessPath!];
}
