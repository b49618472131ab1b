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
                var file = parsed.GetRequiredValue(options.File).FullName;
                var share = slurm.IsAsked(parsed) ? default : options.Share(parsed);
                var plan = StudyOptions.Plan(
                    file,
                    parsed.GetValue(options.Set) ?? [],
                    parsed.GetValue(options.SkipBadImages)
                );
                var folder = options.Folder(plan.Study.Name, parsed);
                var cluster = slurm.Run(parsed, [options.Jobs, options.Threads, options.Device], plan, folder);
                if (cluster is not null)
                {
                    await new SlurmQueue(new SlurmPrograms()).CheckAsync().ConfigureAwait(false); // Before anything is made.
                }

                folder.Begin(plan, file);
                return await (
                    cluster is null
                        ? StudyRunner.RunAsync(plan, folder, share, cancellationToken)
                        : StudyRunner.RunAsync(plan, folder, cluster, cancellationToken)
                ).ConfigureAwait(false);
            }
        );
        return command;
    }
}
