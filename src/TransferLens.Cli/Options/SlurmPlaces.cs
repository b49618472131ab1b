using System.Collections.Immutable;
using TransferLens.Execution.Slurm;
using TransferLens.Runs;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Options;

/// <summary>The Slurm jobs of a run's tasks. Asks Slurm at most every ten seconds.</summary>
/// <param name="folder">The run's folder.</param>
/// <param name="time">The clock.</param>
internal sealed class SlurmPlaces(RunFolder folder, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private readonly SlurmJobs jobs = new(folder.Store, new(new SlurmPrograms()), folder.Path);
    private IReadOnlyDictionary<string, string> last = ImmutableDictionary<string, string>.Empty;
    private long? asked;
    private bool hasWarned;

    /// <summary>
    /// The jobs, in words, by the tasks' keys; empty when none was submitted. When Slurm cannot be asked, the last
    /// known ones, and one warning.
    /// </summary>
    public IReadOnlyDictionary<string, string> Now()
    {
        if (asked is { } before && time.GetElapsedTime(before) < Pause)
        {
            return last;
        }

        asked = time.GetTimestamp();
        try
        {
            return last = jobs.MayExist
                ? jobs.PlacesAsync().GetAwaiter().GetResult()
                : ImmutableDictionary<string, string>.Empty;
        }
        catch (Exception failure) when (failure is SlurmUnavailableException or SlurmRefusedException or InputException)
        {
            if (!hasWarned)
            {
                Console.Error.WriteLine(
                    $"transferlens: the state of the submitted jobs is unknown on this machine: {failure.Message}"
                );
                hasWarned = true;
            }

            return last;
        }
    }
}
