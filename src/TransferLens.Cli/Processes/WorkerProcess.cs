using System.Diagnostics;
using TransferLens.Execution.Local;
using TransferLens.Execution.Slurm;
using TransferLens.Studies.Plans;

namespace TransferLens.Cli.Processes;

/// <summary>How a worker is started: this very program, as <c>transferlens task KEY</c>.</summary>
internal static class WorkerProcess
{
    /// <summary>The process of a task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="store">The store's folder.</param>
    /// <param name="threads">Threads it computes with.</param>
    public static ProcessStartInfo Start(TaskSpec task, string store, int threads)
    {
        var program = Program();
        var start = new ProcessStartInfo(program[0]) { UseShellExecute = false };
        foreach (
            var argument in (string[])
                [.. program[1..], "task", task.Key, "--store", store, "--threads", $"{threads}", "--follow-input"]
        )
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var name in WorkerEnvironment.ThreadsNames)
        {
            start.Environment[name] = $"{threads}";
        }

        start.Environment[WorkerEnvironment.TunablesName] = WorkerEnvironment.TunablesWith(
            start.Environment.TryGetValue(WorkerEnvironment.TunablesName, out var own) ? own : null
        );
        return start;
    }

    /// <summary>How a shell on another machine that has the same files starts this program.</summary>
    public static string Command() => string.Join(' ', Program().Select(JobScript.Quoted));

    private static string[] Program() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
            ? [Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "transferlens.dll")]
            : [Environment.ProcessPath!];
}
