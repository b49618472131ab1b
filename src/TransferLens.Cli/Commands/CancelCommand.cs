using System.CommandLine;
using TransferLens.Execution.Slurm;
using TransferLens.Runs;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens cancel</c>: cancels the Slurm jobs of a run.</summary>
internal static class CancelCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var run = new Argument<DirectoryInfo>("RUN") { Description = "The run's folder, for example runs/STUDY." };
        var command = new Command("cancel", "Cancel the Slurm jobs of a run. Finished tasks are kept.") { run };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var (folder, _) = RunFolder.Open(parsed.GetRequiredValue(run).FullName);
                try
                {
                    var (before, after) = await new SlurmJobs(folder.Store, new(new SlurmPrograms()), folder.Path)
                        .CancelAsync(TimeProvider.System, Patience, cancellationToken)
                        .ConfigureAwait(false);
                    Console.WriteLine(Summary(before, after));
                    return 0;
                }
                catch (Exception failure) when (failure is SlurmUnavailableException or SlurmRefusedException)
                {
                    throw new InputException(
                        $"{failure.Message.TrimEnd('.')}. No further jobs will be submitted, but submitted ones may "
                            + "continue; run the same command again.",
                        failure
                    );
                }
            }
        );
        return command;
    }

    private static string Summary(int before, int after) =>
        (before, after) switch
        {
            (0, _) => "No job of this run is queued or running. Stop a run on this machine with Ctrl-C.",
            (_, > 0) => $"Asked Slurm to cancel {before} jobs; {after} of them are still ending.",
            (1, _) => "Cancelled 1 job. Finished tasks are kept.",
            _ => $"Cancelled {before} jobs. Finished tasks are kept.",
        };
}
