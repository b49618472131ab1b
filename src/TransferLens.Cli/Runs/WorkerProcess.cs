using System.Diagnostics;
using TransferLens.Execution.Slurm;
using TransferLens.Plans;

namespace TransferLens.Cli.Runs;

/// <summary>How a worker is started: this very program, as <c>transferlens task KEY</c>.</summary>
internal static class WorkerProcess
{
    private const string Tunables = "GLIBC_TUNABLES";
    private const string LargePages = "glibc.malloc.hugetlb";

    /// <summary>The process of a task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="store">The store's folder.</param>
    /// <param name="threads">Threads it computes with.</param>
    public static ProcessStartInfo Start(TaskSpec task, string store, int threads)
    {
        var program = Program();
        var start = new ProcessStartInfo(program[0]) { UseShellExecute = false };
        foreach (var argument in (string[])[.. program[1..], "task", task.Key, "--store", store, "--threads", $"{threads}", "--follow-input"])
        {
            start.ArgumentList.Add(argument);
        }

        // libtorch's two thread pools read these when they start.
        start.Environment["OMP_NUM_THREADS"] = start.Environment["MKL_NUM_THREADS"] = $"{threads}";
        // Large pages for what malloc hands out: an eighth less processor time in a training. glibc reads it when it starts; others ignore it.
        var tunables = start.Environment.TryGetValue(Tunables, out var given) && !string.IsNullOrEmpty(given) ? given + ":" : "";
        start.Environment[Tunables] = tunables.Contains(LargePages, StringComparison.Ordinal) ? given : $"{tunables}{LargePages}=1";
        return start;
    }

    /// <summary>How a shell on another machine that has the same files starts this program.</summary>
    public static string Command() => string.Join(' ', Program().Select(JobScript.Quoted));

    private static string[] Program() => Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
        ? [Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "transferlens.dll")]
        : [Environment.ProcessPath!];
}
