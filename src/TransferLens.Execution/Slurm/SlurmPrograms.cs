using System.ComponentModel;
using System.Diagnostics;
using TransferLens.Studies.Inputs;

namespace TransferLens.Execution.Slurm;

/// <summary>The programs of the Slurm that is installed on this machine.</summary>
internal sealed class SlurmPrograms : IPrograms
{
    // A user's defaults for options that are set here: they would override the script, or hide jobs from a list.
    private const string QueueDefaults = "SQUEUE_";
    private static readonly string[] BatchDefaults =
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
        foreach (var name in start.Environment.Keys.Where(IsDefault).ToList())
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
                $"Slurm's program '{program}' is not installed on this machine. "
                    + "Run this on a machine from which jobs are submitted, or use another executor.",
                missing
            );
        }

        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().ConfigureAwait(false);
        return new(process.ExitCode, await output.ConfigureAwait(false), await error.ConfigureAwait(false));
    }

    private static bool IsDefault(string variable) =>
        BatchDefaults.Contains(variable) || variable.StartsWith(QueueDefaults, StringComparison.Ordinal);
}
