using TransferLens.Studies.Inputs;

namespace TransferLens.Execution.Slurm;

/// <summary>The requests to Slurm that a run needs.</summary>
/// <param name="programs">Runs Slurm's programs.</param>
internal sealed class SlurmQueue(IPrograms programs)
{
    // Printed by any of Slurm's programs when the controller does not answer.
    private static readonly string[] NoAnswer =
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

    // Printed on a machine that does not know the cluster, or cannot find out about it.
    private static readonly string[] NoConfiguration =
    [
        "Could not establish a configuration source",
        "Unable to process configuration file",
        "Unable to establish configuration",
        "DNS SRV lookup failed",
        "slurm.conf",
    ];

    // A program that is killed by a signal, as by Ctrl-C, which reaches it too, exits with 128 and the signal's number.
    private const int LargestExitCode = 128;

    private bool hasAccounting = true;

    /// <summary>Checks that Slurm can be used from this machine.</summary>
    /// <exception cref="InputException">It cannot.</exception>
    public async Task CheckAsync()
    {
        var answer = await programs.RunAsync("squeue", ["--version"]).ConfigureAwait(false);
        if (answer.Code != 0)
        {
            var words = Named("squeue", answer).TrimEnd('.');
            throw new InputException(
                $"Slurm cannot be used from this machine: {words}. "
                    + "Run this on a machine from which jobs are submitted, or use another executor."
            );
        }
    }

    /// <summary>Submits a job array.</summary>
    /// <param name="script">Path of its script.</param>
    /// <returns>Its job id.</returns>
    /// <exception cref="SlurmUnavailableException">
    /// Slurm did not answer, and may or may not have accepted the job.
    /// </exception>
    /// <exception cref="SlurmRefusedException">Slurm refused the job.</exception>
    public async Task<string> SubmitAsync(string script)
    {
        var answer = await AskAsync("sbatch", ["--parsable", script]).ConfigureAwait(false);
        return answer.Output.Trim().Split(';')[0] is { Length: > 0 } id && id.All(char.IsAsciiDigit)
            ? id
            : throw new SlurmRefusedException($"sbatch printed no job id but '{Words(answer)}'.");
    }

    /// <summary>
    /// All elements of jobs with these names that Slurm lists: waiting, running, and recently ended ones.
    /// </summary>
    /// <exception cref="SlurmUnavailableException">Slurm did not answer.</exception>
    public async Task<IReadOnlyList<SlurmElement>> FindAsync(IReadOnlyCollection<string> names)
    {
        if (names.Count == 0)
        {
            return [];
        }

        string[] arguments =
        [
            "--noheader",
            "--array",
            "--states=all",
            $"--name={string.Join(',', names)}",
            "--format=%F|%K|%T|%j|%r",
        ];
        var answer = await AskAsync("squeue", arguments).ConfigureAwait(false);
        return [.. SlurmElement.FromQueue(answer.Output)];
    }

    /// <summary>All elements of jobs that the accounting knows; none on a cluster without accounting.</summary>
    public async Task<IReadOnlyList<SlurmElement>> FindEndedAsync(IReadOnlyCollection<string> jobs)
    {
        if (!hasAccounting || jobs.Count == 0)
        {
            return [];
        }

        string[] arguments =
        [
            "--noheader",
            "--parsable2",
            "--allocations",
            "--array",
            $"--jobs={string.Join(',', jobs)}",
            "--format=JobID,State,JobName",
        ];
        try
        {
            var answer = await AskAsync("sacct", arguments).ConfigureAwait(false);
            return [.. SlurmElement.FromAccounting(answer.Output)];
        }
        catch (SlurmUnavailableException)
        {
            return [];
        }
        catch (Exception failure) when (failure is SlurmRefusedException or InputException)
        {
            hasAccounting = false; // "Slurm accounting storage is disabled", or sacct is not installed.
            return [];
        }
    }

    /// <summary>Cancels jobs. Those that have ended are ignored.</summary>
    /// <param name="jobs">Ids of jobs, or of elements, as <c>12_3</c>.</param>
    /// <exception cref="SlurmUnavailableException">Slurm did not answer.</exception>
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
        var answer = await programs.RunAsync(program, arguments).ConfigureAwait(false);
        if (answer.Code == 0)
        {
            return answer;
        }

        if (answer.Code > LargestExitCode)
        {
            throw new SlurmUnavailableException($"{program} was ended before it answered.");
        }

        var words = Named(program, answer);
        if (Contains(answer.Error, NoAnswer))
        {
            throw new SlurmUnavailableException($"Slurm does not answer: {words}");
        }

        throw Contains(answer.Error, NoConfiguration)
            ? new SlurmUnavailableException($"Slurm is not configured on this machine: {words}")
            {
                IsNotConfigured = true,
            }
            : new SlurmRefusedException(words);
    }

    private static bool Contains(string text, string[] phrases) =>
        phrases.Any(phrase => text.Contains(phrase, StringComparison.OrdinalIgnoreCase));

    // Most programs start their messages with their own name.
    private static string Named(string program, ProgramOutput answer)
    {
        var words = Words(answer);
        return words.Contains($"{program}:", StringComparison.Ordinal) ? words : $"{program}: {words}";
    }

    private static string Words(ProgramOutput answer)
    {
        const StringSplitOptions options = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        var lines = $"{answer.Error}\n{answer.Output}".Split('\n', options);
        return lines.Length > 0 ? string.Join("; ", lines) : $"it ended with code {answer.Code}";
    }
}
