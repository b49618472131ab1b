using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Slurm;

/// <summary>
/// Computes tasks as job arrays on a Slurm cluster: submits the tasks that can run and those that wait for them, as far
/// as there is room in the queue, watches them, and submits failed ones again. When it is cancelled, the jobs continue,
/// and the next executor on the same store finds them. Each task runs as <c>transferlens task KEY</c>.
/// </summary>
public sealed class SlurmExecutor : IExecutor
{
    // Time between two looks into the store.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly ArtifactStore store;
    private readonly SlurmQueue slurm;
    private readonly SlurmRun run;
    private readonly TimeProvider time;
    private readonly Submissions submissions;
    private readonly Dictionary<string, Submission> watched = new(StringComparer.Ordinal);

    /// <summary>Creates the executor of a run.</summary>
    /// <param name="store">The store that receives the artifacts, on a file system that the nodes share.</param>
    /// <param name="run">The run.</param>
    /// <param name="time">The clock.</param>
    public SlurmExecutor(ArtifactStore store, SlurmRun run, TimeProvider time)
        : this(store, new(new SlurmPrograms()), run, time) { }

    internal SlurmExecutor(ArtifactStore store, SlurmQueue slurm, SlurmRun run, TimeProvider time)
    {
        (this.store, this.slurm, this.run, this.time) = (store, slurm, run, time);
        submissions = new(store);
    }

    /// <summary>Number of jobs that waited or ran when Slurm was last asked.</summary>
    public int Jobs { get; private set; }

    /// <summary>Whether it stopped because the run was cancelled by <see cref="SlurmRun.IsCancelled"/>.</summary>
    public bool IsCancelled { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="InputException">Slurm refuses the jobs, or is not available.</exception>
    public async Task<IReadOnlyList<TaskOutcome>> RunAsync(
        IReadOnlyList<TaskSpec> tasks,
        Action<TaskOutcome> watch,
        CancellationToken cancellationToken
    )
    {
        run.Begin();
        watched.Clear();
        var states = new SlurmTasks(store, tasks, watch, run.Settings.Retries);
        QueueSnapshot? queue = null;
        var (asked, poll) = (0L, TimeSpan.FromSeconds(run.Settings.Poll));
        while (states.Update(queue) && !cancellationToken.IsCancellationRequested && !(IsCancelled = run.IsCancelled))
        {
            if (queue is null || time.GetElapsedTime(asked) >= poll)
            {
                asked = time.GetTimestamp();
                queue = await AskAsync(states, queue, cancellationToken).ConfigureAwait(false);
            }

            Jobs = queue?.Count ?? 0;
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // The last jobs may still be ending; nobody needs to wait for that.
        watched.Values.Where(submissions.IsDone).ToList().ForEach(submissions.Finish);
        return states.Final();
    }

    // Looks at the queue and submits what can be submitted. Returns the last known state of the queue when Slurm fails
    // to answer.
    private async Task<QueueSnapshot?> AskAsync(
        SlurmTasks states,
        QueueSnapshot? queue,
        CancellationToken cancellationToken
    )
    {
        try
        {
            queue = await LookAsync(states, isFirst: queue is null).ConfigureAwait(false);
            if (states.Waiting.Any(task => !queue.Contains(task)) && queue.Count < run.Settings.InFlight)
            {
                queue = await SubmitAsync(states, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C reached Slurm's programs too. The next executor finds out what they did.
        }
        catch (SlurmUnavailableException failure)
            when (queue is not null && !(failure.IsNotConfigured && queue.Count == 0))
        {
            // The controller is away. Jobs continue without it, and their progress appears in the store.
        }
        catch (SlurmUnavailableException failure)
        {
            var when = failure.IsNotConfigured ? "is" : "does";
            throw new InputException(
                $"{failure.Message.TrimEnd('.')}. Run the same command again when it {when}.",
                failure
            );
        }
        catch (SlurmRefusedException refusal) when (queue is null or { Count: 0 })
        {
            var words = refusal.Message.TrimEnd('.');
            throw new InputException(
                $"Slurm did not list the study's jobs: {words}. Run the same command again later.",
                refusal
            );
        }
        catch (SlurmRefusedException)
        {
            // Jobs continue, and Slurm is asked again later.
        }

        return queue;
    }

    // Records what ended since the last look, cancels jobs that are stuck or no longer needed.
    private async Task<QueueSnapshot> LookAsync(SlurmTasks states, bool isFirst)
    {
        var live = submissions.Live();
        foreach (var submission in live.Where(submission => submission.Run == run.Folder))
        {
            watched.TryAdd(submission.Id, submission);
        }

        var all = watched.Values.UnionBy(live, submission => submission.Id);
        var queue = await QueueSnapshot.TakeAsync(slurm, [.. all]).ConfigureAwait(false);
        ForgetUnsubmitted(live);
        states.FindFinished();
        foreach (var submission in watched.Values.Where(submission => submission.Job is not null).ToList())
        {
            await EndElementsAsync(submission, queue, states, isFirst).ConfigureAwait(false);
        }

        await CancelLostAsync(queue, states).ConfigureAwait(false);
        FinishOthers(live, queue);
        return queue;
    }

    private void ForgetUnsubmitted(IReadOnlyList<Submission> live)
    {
        var ids = live.Select(submission => submission.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in watched.Values.Where(one => one.Job is null && !ids.Contains(one.Id)).ToList())
        {
            watched.Remove(gone.Id);
        }
    }

    private async Task EndElementsAsync(Submission submission, QueueSnapshot queue, SlurmTasks states, bool isFirst)
    {
        var elements = Enumerable.Range(0, submission.Elements.Length).Select(i => queue.Find(submission, i)!).ToList();
        var stuck = elements.Where(element => element.IsStuck).Select(element => element.Id);
        await slurm.CancelAsync([.. stuck]).ConfigureAwait(false);
        foreach (var element in elements.Where(element => !element.IsActive))
        {
            states.End(submission, element, isNews: !isFirst);
        }

        if (elements.TrueForAll(element => !element.IsActive))
        {
            submissions.Finish(submission);
            watched.Remove(submission.Id);
        }
    }

    // Jobs whose tasks all need a failed task would start for nothing.
    private Task CancelLostAsync(QueueSnapshot queue, SlurmTasks states)
    {
        return slurm.CancelAsync([.. watched.Values.SelectMany(LostElements)]);

        IEnumerable<string> LostElements(Submission submission) =>
            Enumerable
                .Range(0, submission.Elements.Length)
                .Where(i => states.AreLost(submission.Elements[i]))
                .Select(i => queue.Find(submission, i))
                .OfType<SlurmElement>()
                .Where(element => element.IsActive)
                .Select(element => element.Id);
    }

    // Finishes the ended submissions of runs that no process watches any more.
    private void FinishOthers(IReadOnlyList<Submission> live, QueueSnapshot queue)
    {
        foreach (var other in live.Where(submission => submission.Run != run.Folder && submission.Job is not null))
        {
            if (Enumerable.Range(0, other.Elements.Length).All(i => !queue.Find(other, i)!.IsActive))
            {
                submissions.Finish(other);
            }
        }
    }

    private async Task<QueueSnapshot> SubmitAsync(SlurmTasks states, CancellationToken cancellationToken)
    {
        using var lease = submissions.Hold(time, cancellationToken.ThrowIfCancellationRequested);
        await AdoptOrphansAsync().ConfigureAwait(false);
        var queue = await TakeSnapshotAsync().ConfigureAwait(false);
        var waiting = states.Waiting.Where(task => CanSubmit(task, queue)).ToList();
        if (run.IsCancelled || waiting.Count == 0)
        {
            return queue;
        }

        var script = new JobScript(run.Settings, run.Command, store.Folder, run.WorkingFolder);
        var elements = new Dictionary<string, string>(StringComparer.Ordinal);
        var room = run.Settings.InFlight - queue.Count;
        foreach (var array in new Grouping(run.Settings).Arrays(waiting, store.Contains, queue.Contains, room))
        {
            var after = array
                .After.Select(task => elements.GetValueOrDefault(task.Key) ?? queue.Find(task)?.Id)
                .OfType<string>()
                .Distinct()
                .ToList();
            var submission = submissions.Write(array, run.Study, run.Folder, (name, folder) =>
                script.Text(array, name, folder, after)
            );
            foreach (var task in array.Elements.SelectMany(element => element))
            {
                store.Running(task.Key).Fail(null); // A failure of an earlier attempt does not belong to this one.
            }

            try
            {
                submission.Job = await slurm.SubmitAsync(submission.Script).ConfigureAwait(false);
            }
            catch (SlurmRefusedException refusal)
            {
                return await RefusedAsync(submission, refusal).ConfigureAwait(false);
            }

            watched.Add(submission.Id, submission);
            for (var i = 0; i < array.Elements.Length; i++)
            {
                array.Elements[i].ToList().ForEach(task => elements[task.Key] = $"{submission.Job}_{i}");
            }
        }

        return await TakeSnapshotAsync().ConfigureAwait(false);
    }

    // Another run may have submitted something since the last look, or died before it learned the job's id.
    private async Task AdoptOrphansAsync()
    {
        var queue = await TakeSnapshotAsync().ConfigureAwait(false);
        foreach (var orphan in submissions.Live().Where(submission => submission.Job is null))
        {
            if (queue.Find(orphan, 0) is { } found)
            {
                orphan.Job = found.Job;
            }
            else
            {
                submissions.Finish(orphan);
            }
        }
    }

    private bool CanSubmit(TaskSpec task, QueueSnapshot queue) =>
        !queue.Contains(task) && !store.Contains(task) && !store.Running(task.Key).IsTaken();

    // Slurm may limit the number of jobs. While jobs are in the queue, the array is submitted again when some have
    // ended.
    private async Task<QueueSnapshot> RefusedAsync(Submission submission, SlurmRefusedException refusal)
    {
        submissions.Finish(submission);
        var queue = await TakeSnapshotAsync().ConfigureAwait(false);
        return queue.Count > 0
            ? queue
            : throw new InputException(
                $"Slurm refuses the study's jobs: {refusal.Message.TrimEnd('.')}. "
                    + "Correct the study's Slurm settings and run the same command again.",
                refusal
            );
    }

    private Task<QueueSnapshot> TakeSnapshotAsync() => QueueSnapshot.TakeAsync(slurm, submissions.Live());
}
