using TransferLens.Studies.Inputs;

namespace TransferLens.Execution.Slurm;

/// <summary>Slurm, as far as a run needs it.</summary>
/// <param name="programs">Runs its programs.</param>
public sealed class SlurmQueue(IPrograms programs)
{
    // Slurm's words when its controller does not answer, in whatever program.
    private static readonly string[] Silence =
    [
        "Unable to contact slurm controller",
        "Socket timed out",
        "Connection refused",
        "Connection timed out",
        "Communication connection failure",
        "Zero Bytes were transmitted",
        "backup controller",
        "Slurm is temporarily",
        "Resource temporarily unavailable",
    ];

    // Its words where a machine does not know the cluster, or cannot ask what the cluster is.
    private static readonly string[] Unset =
    [
        "Could not establish a configuration source",
        "Unable to process configuration file",
        "Unable to establish configuration",
        "DNS SRV lookup failed",
        "slurm.conf",
    ];

    private bool accounting = true;

    /// <summary>Looks whether Slurm can be asked from this machine.</summary>
    /// <exception cref="InputException">It cannot.</exception>
    public async Task CheckAsync()
    {
        var said = await programs.RunAsync("squeue", ["--version"]).ConfigureAwait(false);
        if (said.Code != 0)
        {
            throw new InputException(
                $"Slurm cannot be used from this machine: {Named("squeue", said).TrimEnd('.')}; run this where jobs are submitted from, or without --executor slurm."
            );
        }
    }

    /// <summary>Submits a job array.</summary>
    /// <param name="script">The script's file.</param>
    /// <returns>Its job id.</returns>
    /// <exception cref="SlurmSilentException">Slurm did not answer; whether it took the job is open.</exception>
    /// <exception cref="SlurmRefusedException">Slurm did not take it.</exception>
    public async Task<string> SubmitAsync(string script)
    {
        var said = await AskAsync("sbatch", ["--parsable", script]).ConfigureAwait(false);
        return said.Output.Trim().Split(';')[0] is { Length: > 0 } id && id.All(char.IsAsciiDigit)
            ? id
            : throw new SlurmRefusedException($"sbatch gave no job id, but said '{Words(said)}'.");
    }

    /// <summary>All elements of jobs with these names that Slurm knows: waiting, running, and those that ended a short while ago.</summary>
    /// <exception cref="SlurmSilentException">Slurm did not answer.</exception>
    public async Task<IReadOnlyList<SlurmElement>> FindAsync(IReadOnlyCollection<string> names) =>
        names.Count == 0
            ? []
            :
            [
                .. SlurmElement.OfQueue(
                    (
                        await AskAsync(
                                "squeue",
                                [
                                    "--noheader",
                                    "--array",
                                    "--states=all",
                                    $"--name={string.Join(',', names)}",
                                    "--format=%F|%K|%T|%j|%r",
                                ]
                            )
                            .ConfigureAwait(false)
                    ).Output
                ),
            ];

    /// <summary>What the accounting knows of jobs; nothing where there is none.</summary>
    public async Task<IReadOnlyList<SlurmElement>> RememberAsync(IReadOnlyCollection<string> jobs)
    {
        if (!accounting || jobs.Count == 0)
        {
            return [];
        }

        try
        {
            var said = await AskAsync(
                    "sacct",
                    [
                        "--noheader",
                        "--parsable2",
                        "--allocations",
                        "--array",
                        $"--jobs={string.Join(',', jobs)}",
                        "--format=JobID,State,JobName",
                    ]
                )
                .ConfigureAwait(false);
            return [.. SlurmElement.OfAccounting(said.Output)];
        }
        catch (SlurmSilentException)
        {
            return [];
        }
        catch (Exception failure) when (failure is SlurmRefusedException or InputException)
        {
            accounting = false; // "Slurm accounting storage is disabled", or no such program.
            return [];
        }
    }

    /// <summary>Ends jobs: ids, or elements as <c>12_3</c>. Those that have ended already are none to end.</summary>
    /// <exception cref="SlurmSilentException">Slurm did not answer.</exception>
    public async Task CancelAsync(IReadOnlyCollection<string> jobs)
    {
        if (jobs.Count > 0)
        {
            try
            {
                await AskAsync("scancel", ["--quiet", .. jobs]).ConfigureAwait(false);
            }
            catch (SlurmRefusedException gone)
                when (gone.Message.Contains("Invalid job id", StringComparison.Ordinal)
                    || gone.Message.Contains("already completing", StringComparison.Ordinal)
                )
            {
                // It ended meanwhile.
            }
        }
    }

    private async Task<ProgramOutput> AskAsync(string program, IReadOnlyList<string> arguments)
    {
        var said = await programs.RunAsync(program, arguments).ConfigureAwait(false);
        return said.Code == 0 ? said
            : said.Code > 128 ? throw new SlurmSilentException($"{program} was ended before it answered.") // by Ctrl-C, which reaches it too
            : Silence.Any(words => said.Error.Contains(words, StringComparison.OrdinalIgnoreCase))
                ? throw new SlurmSilentException($"Slurm does not answer: {Named(program, said)}")
            : Unset.Any(words => said.Error.Contains(words, StringComparison.OrdinalIgnoreCase))
                ? throw new SlurmSilentException($"Slurm is not configured on this machine: {Named(program, said)}")
                {
                    IsUnset = true,
                }
            : throw new SlurmRefusedException(Named(program, said));
    }

    // Most programs say their names themselves.
    private static string Named(string program, ProgramOutput said) =>
        Words(said) is var words && words.Contains($"{program}:", StringComparison.Ordinal)
            ? words
            : $"{program}: {words}";

    private static string Words(ProgramOutput said) =>
        string.Join(
            "; ",
            $"{said.Error}\n{said.Output}".Split(
                '\n',
                StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
            )
        )
            is { Length: > 0 } words
            ? words
            : $"it ended with code {said.Code}";
}

/// <summary>Slurm did not answer; it may do so later.</summary>
/// <param name="message">What its program said.</param>
public sealed class SlurmSilentException(string message) : Exception(message)
{
    /// <summary>Whether it could not be asked at all, since this machine does not know the cluster.</summary>
    public bool IsUnset { get; init; }
}

/// <summary>Slurm did not do what it was asked.</summary>
/// <param name="message">What its program said.</param>
public sealed class SlurmRefusedException(string message) : Exception(message);
