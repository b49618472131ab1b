using System.CommandLine;
using TransferLens.Execution.Slurm;
using TransferLens.Runs;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens cancel</c>: ends the jobs of a run under Slurm.</summary>
internal static class CancelCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var run = new Argument<DirectoryInfo>("RUN") { Description = "The run's folder, for example runs/STUDY." };
        var command = new Command(
            "cancel",
            "End the jobs of a run under Slurm. What is done is kept; `transferlens run` goes on from there."
        )
        {
            run,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var (folder, _) = RunFolder.Open(parsed.GetRequiredValue(run).FullName);
                try
                {
                    var (before, after) = await new SlurmJobs(folder.Store, new(new SlurmPrograms()), folder.Path)
                        .CancelAsync(TimeProvider.System, Patience, cancellationToken)
                        .ConfigureAwait(false);
                    Console.WriteLine(
                        before == 0
                            ? "No job of this run waits or runs; one that runs on this machine is stopped with Ctrl-C where it was started."
                        : after > 0 ? $"Asked Slurm to end {before} jobs; {after} of them are still ending."
                        : $"Ended {before} job{(before == 1 ? "" : "s")}; what is done is kept."
                    );
                    return 0;
                }
                catch (Exception failure) when (failure is SlurmUnavailableException or SlurmRefusedException)
                {
                    throw new InputException(
                        $"{failure.Message.TrimEnd('.')}; nothing more will be submitted for this run, but its jobs may go on: give the same command again.",
                        failure
                    );
                }
            }
        );
        return command;
    }
}
