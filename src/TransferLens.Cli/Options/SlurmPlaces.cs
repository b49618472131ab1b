using System.Collections.Immutable;
using TransferLens.Execution.Slurm;
using TransferLens.Runs;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Options;

/// <summary>In which jobs a run's tasks are, asked of Slurm now and then.</summary>
/// <param name="folder">The run's folder.</param>
/// <param name="time">What the time is.</param>
internal sealed class SlurmPlaces(RunFolder folder, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private readonly SlurmJobs jobs = new(folder.Store, new(new SlurmPrograms()), folder.Path);
    private IReadOnlyDictionary<string, string> last = ImmutableDictionary<string, string>.Empty;
    private long? asked;
    private bool told;

    /// <summary>Where they are, by the tasks' keys; nothing where no job was submitted or Slurm is not at hand, which it says once.</summary>
    public IReadOnlyDictionary<string, string> Now()
    {
        if (asked is { } before && time.GetElapsedTime(before) < Pause)
        {
            return last;
        }

        asked = time.GetTimestamp();
        try
        {
            return last = jobs.MayHaveSome
                ? jobs.PlacesAsync().GetAwaiter().GetResult()
                : ImmutableDictionary<string, string>.Empty;
        }
        catch (Exception failure) when (failure is SlurmSilentException or SlurmRefusedException or InputException)
        {
            if (!told)
            {
                Console.Error.WriteLine(
                    $"transferlens: jobs were submitted, but where they are cannot be seen from here: {failure.Message}"
                );
                told = true;
            }

            return last;
        }
    }
}
