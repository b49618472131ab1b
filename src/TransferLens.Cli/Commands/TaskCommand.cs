using System.CommandLine;
using System.Runtime.InteropServices;
using TransferLens.Analyses;
using TransferLens.Artifacts;
using TransferLens.Execution;
using TransferLens.Runtime;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens task KEY</c>: computes one task in this process. What executors start; not for people.</summary>
internal static class TaskCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var key = new Argument<string>("KEY") { Description = "The task's key." };
        var store = new Option<DirectoryInfo>("--store") { Description = "The store's folder.", Required = true };
        var threads = new Option<int?>("--threads") { Description = "Threads to compute with; all cores unless given." };
        var stopWithInput = new Option<bool>("--stop-with-input") { Description = "Stop when standard input ends, which it does when the process that started this one dies." };
        var command = new Command("task", "Compute one task of a store in this process.") { key, store, threads, stopWithInput };
        command.Hidden = true;
        command.SetAction((parsed, stop) =>
        {
            using var both = CancellationTokenSource.CreateLinkedTokenSource(stop);
            // Ctrl-C reaches a whole terminal. Whoever started this process hears it too, and says by the input what to do.
            using var deaf = parsed.GetValue(stopWithInput) ? PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true) : null;
            if (parsed.GetValue(stopWithInput))
            {
                StopWithInput(both);
            }

            var opened = new ArtifactStore(parsed.GetRequiredValue(store).FullName);
            var task = opened.Task(parsed.GetRequiredValue(key));
            ComputeDevice.Use(null); // as the run says that this is a task of
            Threading.Use(parsed.GetValue(threads));
            new TaskWorker(opened, AnalysisList.TaskKinds, TimeProvider.System, ComputeDevice.Software).Run(task, both.Token);
            return Task.FromResult(0);
        });
        return command;
    }

    private static void StopWithInput(CancellationTokenSource stop) => new Thread(() =>
    {
        while (Console.In.Read() >= 0)
        {
        }

        // A task that does not reach a point where it can stop must not outlive the one who started it.
        using var last = new Timer(_ => Environment.Exit(130), null, TimeSpan.FromSeconds(15), Timeout.InfiniteTimeSpan);
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The task is done already.
        }

        Thread.Sleep(Timeout.Infinite);
    })
    { IsBackground = true }.Start();
}
