using System.Diagnostics;
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
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "transferlens.dll"));
        }

        foreach (var argument in new[] { "task", task.Key, "--store", store, "--threads", $"{threads}", "--stop-with-input" })
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
}
