using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Inputs;

namespace TransferLens.Execution.Slurm;

/// <summary>The jobs of a run, for those who only look, or end them.</summary>
/// <param name="store">The run's store.</param>
/// <param name="slurm">Slurm.</param>
/// <param name="run">The run's folder.</param>
public sealed class SlurmJobs(ArtifactStore store, SlurmQueue slurm, string run)
{
    private readonly Submissions submissions = new(store);

    /// <summary>Whether anything of any run may be in Slurm's queue.</summary>
    public bool MayHaveSome => submissions.Live().Any(submission => !submissions.IsDone(submission));

    /// <summary>In which jobs tasks wait or run, in words, by the tasks' keys; of all runs on the store, which may share tasks.</summary>
    /// <exception cref="SlurmSilentException">Slurm did not answer.</exception>
    public async Task<IReadOnlyDictionary<string, string>> PlacesAsync()
    {
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (submission, element) in await ActiveAsync(submissions.Live()).ConfigureAwait(false))
        {
            foreach (var key in submission.Elements[element.Index])
            {
                places[key] = element.Words;
            }
        }

        return places;
    }

    /// <summary>Ends the run's jobs, and asks whoever looks after them to stop. Waits until Slurm has ended them, or <paramref name="patience"/> is over.</summary>
    /// <param name="time">What the time is.</param>
    /// <param name="patience">The longest that it waits.</param>
    /// <param name="cancellationToken">Asks to wait no longer.</param>
    /// <returns>How many elements of arrays waited or ran before, and how many still do.</returns>
    /// <exception cref="SlurmSilentException">Slurm did not answer.</exception>
    /// <exception cref="InputException">There are jobs, but no Slurm on this machine.</exception>
    public async Task<(int Before, int After)> CancelAsync(
        TimeProvider time,
        TimeSpan patience,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<Submission> mine;
        List<(Submission, SlurmElement)> active;
        using (submissions.Hold(cancellationToken.ThrowIfCancellationRequested))
        {
            mine =
            [
                .. submissions.Live().Where(submission => submission.Run == run && !submissions.IsDone(submission)),
            ];
            try
            {
                await slurm.CheckAsync().ConfigureAwait(false);
            }
            catch (InputException) when (mine.Count == 0)
            {
                return (0, 0); // A run on a machine without Slurm.
            }

            SlurmRun.Cancel(run); // While nobody can submit: what comes later sees it.
            active = await ActiveAsync(mine).ConfigureAwait(false);
            await slurm.CancelAsync([.. active.Select(one => one.Item2.Job).Distinct()]).ConfigureAwait(false);
        }

        var (before, began) = (active.Count, time.GetTimestamp());
        while (active.Count > 0 && time.GetElapsedTime(began) < patience)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken).ConfigureAwait(false);
            active = await ActiveAsync(mine).ConfigureAwait(false);
        }

        foreach (var submission in mine.Where(submission => !active.Exists(one => one.Item1.Id == submission.Id)))
        {
            submissions.Finish(submission);
        }

        return (before, active.Count);
    }

    private async Task<List<(Submission, SlurmElement)>> ActiveAsync(IReadOnlyList<Submission> of)
    {
        if (of.Count == 0)
        {
            return [];
        }

        var flight = await InFlight.AskAsync(slurm, of).ConfigureAwait(false);
        return
        [
            .. of.SelectMany(submission =>
                    Enumerable
                        .Range(0, submission.Elements.Length)
                        .Select(i => (submission, Element: flight.Of(submission, i)))
                )
                .Where(one => one.Element is { IsActive: true } or { IsStuck: true })
                .Select(one => (one.submission, one.Element!)),
        ];
    }
}
