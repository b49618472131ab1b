using System.CommandLine;
using System.Runtime.InteropServices;
using TransferLens.Analyses;
using TransferLens.Cli.Options;
using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Local;
using TransferLens.Runs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Runtime;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens task KEY</c>: computes one task in this process, and those that its input names afterwards. What executors start; not for people.</summary>
internal static class TaskCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var first = new Argument<string>("KEY") { Description = "The task's key." };
        var store = new Option<DirectoryInfo>("--store") { Description = "The store's folder.", Required = true };
        var threads = new Option<int?>("--threads")
        {
            Description = "Threads to compute with; all cores unless given.",
        };
        var followInput = new Option<bool>("--follow-input")
        {
            Description =
                "Compute the tasks whose keys standard input gives, line by line, when the first is done; stop when it ends, which it does when the process that started this one dies.",
        };
        var command = new Command("task", "Compute a task of a store in this process.")
        {
            first,
            store,
            threads,
            followInput,
        };
        command.Hidden = true;
        command.SetAction(
            (parsed, cancellationToken) =>
            {
                using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                // Ctrl-C reaches a whole terminal. Whoever started this process hears it too, and says by the input what to do.
                using var deaf = parsed.GetValue(followInput)
                    ? PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true)
                    : null;
                var input = parsed.GetValue(followInput) ? TaskInput.Listen(both) : null;
                var opened = new ArtifactStore(parsed.GetRequiredValue(store).FullName);
                var task = opened.ReadTask(parsed.GetRequiredValue(first));
                ComputeDevice.Use(null); // as the run says that this is a task of
                Threading.Use(parsed.GetValue(threads));
                var worker = new TaskWorker(opened, Catalog.Default, TimeProvider.System, ComputeDevice.Software);
                worker.Run(task, both.Token);
                while (input?.Next(task.Key) is { } key)
                {
                    task = opened.ReadTask(key);
                    worker.Run(task, both.Token);
                }

                return Task.FromResult(0);
            }
        );
        return command;
    }
}
