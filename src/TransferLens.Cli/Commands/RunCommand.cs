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
        var options = new StudyOptions();
        var executor = new ExecutorOptions(options.Jobs, options.Threads, options.Device);
        var command = new Command("run", "Run a study, or continue it: only unfinished tasks are run.")
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
        executor.AddTo(command);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var kind = executor.Read(parsed);
                var isSlurm = kind is SlurmExecutorKind;
                if (!isSlurm)
                {
                    options.UseDevice(parsed);
                }

                var run = options.Read(parsed, isSlurm);
                var share = isSlurm ? (Jobs: 1, Threads: 1) : options.Share(parsed, run);
                var settings = executor.Settings(parsed, run, share);
                return await StudyRunner.RunAsync(run, kind, settings, cancellationToken).ConfigureAwait(false);
            }
        );
        return command;
    }
}
