using System.CommandLine;
using System.Runtime.InteropServices;
using TransferLens.Cli.Options;
using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Local;
using TransferLens.Runs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Runtime;

namespace TransferLens.Cli.Commands;

/// <summary>
/// <c>transferlens task KEY</c>: computes one task in this process, then those that its standard input names. Executors
/// start it; it is not for users.
/// </summary>
internal static class TaskCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var first = new Argument<string>("KEY") { Description = "The task's key." };
        var store = new Option<DirectoryInfo>("--store") { Description = "The store's folder.", Required = true };
        var threads = new Option<int?>("--threads") { Description = "Threads to compute with; all cores by default." };
        var followInput = new Option<bool>("--follow-input")
        {
            Description =
                "Then compute the tasks whose keys standard input gives, one per line; stop when the input ends.",
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
                // Ctrl-C reaches every process of a terminal. The one that started this one decides what to do, and
                // tells it through the input.
                using var ignoredSignal = parsed.GetValue(followInput)
                    ? PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true)
                    : null;
                var input = parsed.GetValue(followInput) ? TaskInput.Listen(both) : null;
                var opened = new ArtifactStore(parsed.GetRequiredValue(store).FullName);
                var task = opened.ReadTask(parsed.GetRequiredValue(first));
                ComputeDevice.Use(null); // The run passes its device on in the environment.
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
