using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Inputs;

namespace TransferLens.Execution.Slurm;

/// <summary>The jobs of a run, for processes that display or cancel them.</summary>
/// <param name="store">The run's store.</param>
/// <param name="slurm">Slurm.</param>
/// <param name="run">The run's folder.</param>
internal sealed class SlurmJobs(ArtifactStore store, SlurmQueue slurm, string run)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Submissions submissions = new(store);

    /// <summary>Whether any job of any run on the store may be in Slurm's queue.</summary>
    public bool MayExist => submissions.Live().Any(submission => !submissions.IsDone(submission));

    /// <summary>
    /// The jobs in which tasks wait or run, in words, by the tasks' keys. Includes those of other runs on the store, as
    /// runs may share tasks.
    /// </summary>
    /// <exception cref="SlurmUnavailableException">Slurm did not answer.</exception>
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

    /// <summary>
    /// Cancels the run's jobs, and tells the process that runs it to stop. Waits until Slurm has ended the jobs.
    /// </summary>
    /// <param name="time">The clock.</param>
    /// <param name="patience">The longest wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Number of array elements that waited or ran before, and that still do.</returns>
    /// <exception cref="SlurmUnavailableException">Slurm did not answer.</exception>
    /// <exception cref="InputException">The run has jobs, but Slurm is not installed on this machine.</exception>
    public async Task<(int Before, int After)> CancelAsync(
        TimeProvider time,
        TimeSpan patience,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<Submission> ours;
        List<ActiveElement> active;
        using (submissions.Hold(time, cancellationToken.ThrowIfCancellationRequested))
        {
            ours =
            [
                .. submissions.Live().Where(submission => submission.Run == run && !submissions.IsDone(submission)),
            ];
            try
            {
                await slurm.CheckAsync().ConfigureAwait(false);
            }
            catch (InputException) when (ours.Count == 0)
            {
                return (0, 0); // A local run on a machine without Slurm.
            }

            SlurmRun.Cancel(run); // While nobody can submit, so that everyone who submits later sees it.
            active = await ActiveAsync(ours).ConfigureAwait(false);
            await slurm.CancelAsync([.. active.Select(one => one.Element.Job).Distinct()]).ConfigureAwait(false);
        }

        var (before, started) = (active.Count, time.GetTimestamp());
        while (active.Count > 0 && time.GetElapsedTime(started) < patience)
        {
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            active = await ActiveAsync(ours).ConfigureAwait(false);
        }

        var ending = active.Select(one => one.Submission.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var submission in ours.Where(submission => !ending.Contains(submission.Id)))
        {
            submissions.Finish(submission);
        }

        return (before, active.Count);
    }

    private async Task<List<ActiveElement>> ActiveAsync(IReadOnlyList<Submission> arrays)
    {
        if (arrays.Count == 0)
        {
            return [];
        }

        var queue = await QueueSnapshot.TakeAsync(slurm, arrays).ConfigureAwait(false);
        return [.. arrays.SelectMany(Elements)];

        IEnumerable<ActiveElement> Elements(Submission submission) =>
            Enumerable
                .Range(0, submission.Elements.Length)
                .Select(i => queue.Find(submission, i))
                .OfType<SlurmElement>()
                .Where(element => element.IsActive || element.IsStuck)
                .Select(element => new ActiveElement(submission, element));
    }

    private readonly record struct ActiveElement(Submission Submission, SlurmElement Element);
}
