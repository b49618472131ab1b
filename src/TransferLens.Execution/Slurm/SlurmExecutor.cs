using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Slurm;

/// <summary>
/// Computes tasks as job arrays on a cluster: submits what can be computed and what waits for it, as far as there is room, looks
/// on, and submits again what failed. When it stops, jobs go on; the next one on the same store finds them. Each task runs as
/// <c>transferlens task KEY</c>, as everywhere.
/// </summary>
/// <param name="store">Where artifacts go; on a file system that nodes share.</param>
/// <param name="slurm">Slurm.</param>
/// <param name="run">The run.</param>
/// <param name="time">What the time is.</param>
public sealed class SlurmExecutor(ArtifactStore store, SlurmQueue slurm, SlurmRun run, TimeProvider time) : IExecutor
{
    private readonly Submissions submissions = new(store);

    /// <summary>Time between two looks into the store; half a second unless given.</summary>
    public TimeSpan Glance { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How many jobs wait or run, by the last look.</summary>
    public int Jobs { get; private set; }

    /// <summary>Whether it stopped since somebody cancelled the run.</summary>
    public bool IsCancelled { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="InputException">Slurm does not take the jobs, or is not there.</exception>
    public async Task<IReadOnlyList<TaskOutcome>> RunAsync(
        IReadOnlyList<TaskSpec> tasks,
        Action<TaskOutcome> watch,
        CancellationToken cancellationToken
    )
    {
        run.Begin();
        var board = new SlurmBoard(store, tasks, watch, run.Settings.Retries);
        var watched = new Dictionary<string, Submission>(StringComparer.Ordinal);
        InFlight? flight = null;
        var asked = 0L;
        while (board.Look(flight) && !cancellationToken.IsCancellationRequested && !(IsCancelled = run.IsCancelled))
        {
            if (flight is null || time.GetElapsedTime(asked) >= TimeSpan.FromSeconds(run.Settings.Poll))
            {
                asked = time.GetTimestamp();
                try
                {
                    flight = await LookAsync(board, watched, first: flight is null).ConfigureAwait(false);
                    if (board.Waiting.Any(task => !flight.Holds(task)) && flight.Count < run.Settings.InFlight)
                    {
                        flight = await SubmitAsync(board, watched, cancellationToken).ConfigureAwait(false);
                    }
                }
                catch (Exception) when (cancellationToken.IsCancellationRequested)
                {
                    // Ctrl-C reached Slurm's programs too; whoever comes next finds out what they did.
                }
                catch (SlurmSilentException silent) when (flight is not null && !(silent.IsUnset && flight.Count == 0))
                {
                    // The controller is away; jobs go on without it, and so does their progress in the store.
                }
                catch (SlurmSilentException silent)
                {
                    throw new InputException(
                        $"{silent.Message.TrimEnd('.')}; give the same command again when it {(silent.IsUnset ? "is" : "does")}.",
                        silent
                    );
                }
                catch (SlurmRefusedException refusal) when (flight is null or { Count: 0 })
                {
                    throw new InputException(
                        $"Slurm does not tell where the study's jobs are: {refusal.Message.TrimEnd('.')}; give the same command again when it does.",
                        refusal
                    );
                }
                catch (SlurmRefusedException)
                {
                    // Jobs go on; asked again.
                }
            }

            Jobs = flight?.Count ?? 0;
            await Task.Delay(Glance, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // The last ones may still be ending, which nobody need wait for.
        watched.Values.Where(submissions.IsDone).ToList().ForEach(submissions.Finish);
        return board.Outcomes();
    }

    // What has ended since the last look: done, or failed and to be tried again, or lost.
    private async Task<InFlight> LookAsync(SlurmBoard board, Dictionary<string, Submission> watched, bool first)
    {
        var live = submissions.Live();
        foreach (var submission in live.Where(submission => submission.Run == run.Folder))
        {
            watched.TryAdd(submission.Id, submission);
        }

        var flight = await InFlight
            .AskAsync(slurm, [.. watched.Values.UnionBy(live, submission => submission.Id)])
            .ConfigureAwait(false);
        watched
            .Values.Where(submission => submission.Job is null && !live.Any(one => one.Id == submission.Id))
            .ToList()
            .ForEach(gone => watched.Remove(gone.Id));
        board.Sweep();
        foreach (var submission in watched.Values.Where(submission => submission.Job is not null).ToList())
        {
            var elements = Enumerable
                .Range(0, submission.Elements.Length)
                .Select(i => flight.Of(submission, i)!)
                .ToList();
            await slurm
                .CancelAsync([.. elements.Where(element => element.IsStuck).Select(element => element.Id)])
                .ConfigureAwait(false);
            foreach (var element in elements.Where(element => !element.IsActive))
            {
                board.End(submission, element, isNews: !first);
            }

            if (elements.TrueForAll(element => !element.IsActive))
            {
                submissions.Finish(submission);
                watched.Remove(submission.Id);
            }
        }

        // Jobs whose tasks all need one that failed would start for nothing.
        await slurm
            .CancelAsync([
                .. watched.Values.SelectMany(submission =>
                    Enumerable
                        .Range(0, submission.Elements.Length)
                        .Where(i => board.IsLost(submission.Elements[i]))
                        .Select(i => flight.Of(submission, i))
                        .OfType<SlurmElement>()
                        .Where(element => element.IsActive)
                        .Select(element => element.Id)
                ),
            ])
            .ConfigureAwait(false);

        // Those of runs that nobody looks after any more.
        foreach (var other in live.Where(submission => submission.Run != run.Folder && submission.Job is not null))
        {
            if (Enumerable.Range(0, other.Elements.Length).All(i => !flight.Of(other, i)!.IsActive))
            {
                submissions.Finish(other);
            }
        }

        return flight;
    }

    private async Task<InFlight> SubmitAsync(
        SlurmBoard board,
        Dictionary<string, Submission> watched,
        CancellationToken cancellationToken
    )
    {
        using var held = submissions.Hold(cancellationToken.ThrowIfCancellationRequested);

        // Asked anew: another run may have submitted something meanwhile, or died before it knew the job's id.
        var flight = await InFlight.AskAsync(slurm, submissions.Live()).ConfigureAwait(false);
        foreach (var orphan in submissions.Live().Where(submission => submission.Job is null))
        {
            if (flight.Of(orphan, 0) is { } found)
            {
                orphan.Job = found.Job;
            }
            else
            {
                submissions.Finish(orphan);
            }
        }

        flight = await InFlight.AskAsync(slurm, submissions.Live()).ConfigureAwait(false);
        var waiting = board
            .Waiting.Where(task => !flight.Holds(task) && !store.Holds(task) && !store.Running(task.Key).IsTaken())
            .ToList();
        if (run.IsCancelled || waiting.Count == 0)
        {
            return flight;
        }

        var script = new JobScript(run.Settings, run.Command, store.Folder, run.Place);
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (
            var array in new Grouping(run.Settings).Arrays(
                waiting,
                store.Holds,
                flight.Holds,
                run.Settings.InFlight - flight.Count
            )
        )
        {
            var after = array
                .After.Select(task => places.GetValueOrDefault(task.Key) ?? flight.Of(task)?.Id)
                .OfType<string>()
                .Distinct()
                .ToList();
            var submission = submissions.Write(array, run.Study, run.Folder, (name, folder) =>
                script.Text(array, name, folder, after)
            );
            foreach (var task in array.Elements.SelectMany(element => element))
            {
                store.Running(task.Key).Fail(null); // What went wrong the last time is no news of this time.
            }

            try
            {
                submission.Job = await slurm.SubmitAsync(submission.Script).ConfigureAwait(false);
            }
            catch (SlurmRefusedException refusal)
            {
                // A limit on jobs, perhaps: tried again when some have ended, those just submitted among them.
                submissions.Finish(submission);
                flight = await InFlight.AskAsync(slurm, submissions.Live()).ConfigureAwait(false);
                return flight.Count > 0
                    ? flight
                    : throw new InputException(
                        $"Slurm does not take the study's jobs: {refusal.Message.TrimEnd('.')}; mend `slurm:` in the study file or the options, and give the same command again.",
                        refusal
                    );
            }

            watched.Add(submission.Id, submission);
            for (var i = 0; i < array.Elements.Length; i++)
            {
                array.Elements[i].ToList().ForEach(task => places[task.Key] = $"{submission.Job}_{i}");
            }
        }

        return await InFlight.AskAsync(slurm, submissions.Live()).ConfigureAwait(false);
    }
}
