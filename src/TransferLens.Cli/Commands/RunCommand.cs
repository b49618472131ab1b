using System.CommandLine;
using TransferLens.Cli.Options;
using TransferLens.Cli.Processes;
using TransferLens.Execution.Slurm;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens run</c>: runs a study, or goes on with it.</summary>
internal static class RunCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var (options, slurm) = (new StudyOptions(), new SlurmOptions());
        var command = new Command("run", "Run a study, or go on with it: only what is missing is computed.")
        {
            options.File,
            options.Set,
            options.Out,
            options.Store,
            options.Jobs,
            options.Threads,
            options.Device,
            options.SkipBadImages,
        };
        slurm.AddTo(command);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var share = slurm.IsAsked(parsed) ? default : options.Share(parsed);
                var run = options.Read(parsed);
                if (
                    slurm.Run(parsed, [options.Jobs, options.Threads, options.Device], run.Plan, run.Location) is
                    { } cluster
                )
                {
                    await new SlurmQueue(new SlurmPrograms()).CheckAsync().ConfigureAwait(false); // Before anything is made.
                    return await StudyRunner.RunAsync(run, cluster, cancellationToken).ConfigureAwait(false);
                }

                return await StudyRunner.RunAsync(run, share, cancellationToken).ConfigureAwait(false);
            }
        );
        return command;
    }
}
