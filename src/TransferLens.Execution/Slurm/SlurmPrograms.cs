using System.ComponentModel;
using System.Diagnostics;
using TransferLens.Studies.Inputs;

namespace TransferLens.Execution.Slurm;

/// <summary>The programs of the Slurm that is installed on this machine.</summary>
public sealed class SlurmPrograms : IPrograms
{
    // A user's own defaults for what is asked for here; they would win over the script, or leave jobs out of a list.
    private static readonly string[] Unwanted =
    [
        "SBATCH_ARRAY_INX",
        "SBATCH_DEPENDENCY",
        "SBATCH_JOB_NAME",
        "SBATCH_OUTPUT",
        "SBATCH_ERROR",
        "SBATCH_OPEN_MODE",
        "SBATCH_NO_REQUEUE",
        "SBATCH_WAIT",
    ];

    /// <inheritdoc/>
    public async Task<ProgramOutput> RunAsync(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (
            var name in start
                .Environment.Keys.Where(name =>
                    Unwanted.Contains(name) || name.StartsWith("SQUEUE_", StringComparison.Ordinal)
                )
                .ToList()
        )
        {
            start.Environment.Remove(name);
        }

        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception missing)
        {
            throw new InputException(
                $"Slurm's program '{program}' is not on this machine; run this where jobs are submitted from, or without --executor slurm.",
                missing
            );
        }

        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().ConfigureAwait(false);
        return new(process.ExitCode, await output.ConfigureAwait(false), await error.ConfigureAwait(false));
    }
}
