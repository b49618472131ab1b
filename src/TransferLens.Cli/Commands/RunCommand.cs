using System.CommandLine;
using TransferLens.Cli.Options;
using TransferLens.Cli.Processes;
using TransferLens.Execution.Slurm;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens run</c>: runs a study, or continues it.</summary>
internal static class RunCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var (options, slurm) = (new StudyOptions(), new SlurmOptions());
        var command = new Command("run", "Run a study, or continue it: only missing tasks are computed.")
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
                Option[] local = [options.Jobs, options.Threads, options.Device];
                if (slurm.Run(parsed, local, run.Plan, run.Location) is { } cluster)
                {
                    // Before anything is written.
                    await new SlurmQueue(new SlurmPrograms()).CheckAsync().ConfigureAwait(false);
                    return await StudyRunner.RunAsync(run, cluster, cancellationToken).ConfigureAwait(false);
                }

                return await StudyRunner.RunAsync(run, share, cancellationToken).ConfigureAwait(false);
            }
        );
        return command;
    }
}
