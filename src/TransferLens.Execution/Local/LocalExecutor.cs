using System.Collections.Concurrent;
using System.Diagnostics;
using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Local;

/// <summary>
/// Computes tasks on this machine, several at a time, in worker processes (<c>transferlens task KEY</c>) that compute one after
/// another: a crash or an out-of-memory kill takes one task, not the study.
/// </summary>
/// <param name="store">Where artifacts go.</param>
/// <param name="start">How a worker process is started that begins with a task.</param>
/// <param name="jobs">How many tasks at a time.</param>
public sealed class LocalExecutor(ArtifactStore store, Func<TaskSpec, ProcessStartInfo> start, int jobs) : IExecutor
{
    // 128 + SIGKILL.
    private const int Killed = 137;

    private readonly ConcurrentBag<Worker> idle = [];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TaskOutcome>> RunAsync(
        IReadOnlyList<TaskSpec> tasks,
        Action<TaskOutcome> watch,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await ComputeAllAsync(tasks, watch, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await Task.WhenAll(Idle().Select(EndAsync)).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<TaskOutcome>> ComputeAllAsync(
        IReadOnlyList<TaskSpec> tasks,
        Action<TaskOutcome> watch,
        CancellationToken cancellationToken
    )
    {
        var outcomes = new Dictionary<string, TaskOutcome>(StringComparer.Ordinal);
        var missing = tasks.Where(task => !store.HoldsWhole(task)).ToHashSet();
        foreach (var task in tasks)
        {
            Settle(new(task, missing.Contains(task) ? TaskState.Waiting : TaskState.Done));
        }

        store.Describe(tasks);
        var schedule = new Schedule(tasks, missing);
        var running = new Dictionary<Task<TaskOutcome>, TaskSpec>();
        var progress = new ConcurrentQueue<TaskOutcome>();
        while (!schedule.IsEmpty || running.Count > 0)
        {
            while (!cancellationToken.IsCancellationRequested && running.Count < jobs && schedule.Next() is { } next)
            {
                Settle(new(next, TaskState.Running));
                running.Add(ComputeAsync(next, progress.Enqueue, cancellationToken), next);
            }

            if (running.Count == 0)
            {
                break;
            }

            var finished = await Task.WhenAny(running.Keys.Append<Task>(Task.Delay(250, CancellationToken.None)))
                .ConfigureAwait(false);
            while (progress.TryDequeue(out var news))
            {
                if (running.ContainsValue(news.Task))
                {
                    watch(news);
                }
            }

            if (finished is Task<TaskOutcome> done)
            {
                running.Remove(done);
                var outcome = await done.ConfigureAwait(false);
                Settle(outcome);
                if (outcome.State == TaskState.Done)
                {
                    schedule.Done(outcome.Task);
                }
                else if (outcome.State == TaskState.Failed)
                {
                    schedule.Abandon(outcome.Task).ForEach(lost => Settle(new(lost, TaskState.Skipped)));
                }
            }
        }

        return
        [
            .. tasks.Select(task =>
                outcomes[task.Key] is { State: TaskState.Waiting } waiting
                    ? waiting with
                    {
                        State = TaskState.Skipped,
                    }
                    : outcomes[task.Key]
            ),
        ];

        void Settle(TaskOutcome outcome)
        {
            outcomes[outcome.Task.Key] = outcome;
            watch(outcome);
        }
    }

    private async Task<TaskOutcome> ComputeAsync(
        TaskSpec task,
        Action<TaskOutcome> report,
        CancellationToken cancellationToken
    )
    {
        var running = store.Running(task.Key);
        running.Fail(null); // What went wrong the last time is no news of this time.
        var (said, code) = ((string?)null, 0);
        using (var log = new TaskLog(running.Log, $"run on {Environment.MachineName}"))
        {
            bool missed;
            do
            {
                var worker = Give(task, log);
                missed = false;
                if (
                    await worker
                        .WatchAsync(() => report(new(task, TaskState.Running, running.Read())), cancellationToken)
                        .ConfigureAwait(false)
                )
                {
                    idle.Add(worker);
                }
                else
                {
                    (missed, said, code) = (
                        worker.Missed && !cancellationToken.IsCancellationRequested,
                        log.Problem,
                        worker.ExitCode
                    );
                    worker.Dispose();
                }
            } while (missed);
        }

        if (store.Holds(task))
        {
            return new(task, TaskState.Done);
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return new(task, TaskState.Skipped);
        }

        if (running.Failure() is { } why)
        {
            return new(task, TaskState.Failed, null, why);
        }

        // Written down for those who ask the store.
        var died = said
            ?? $"its process ended with code {code}{(code == Killed ? ", as when the system kills it for want of memory," : "")} and said no more; its log is {running.Log}.";
        running.Fail(died);
        return new(task, TaskState.Failed, null, died);
    }

    // A worker that has nothing to do takes the task; else a new one.
    private Worker Give(TaskSpec task, TaskLog log)
    {
        while (idle.TryTake(out var free))
        {
            if (free.TryGive(task.Key, log))
            {
                return free;
            }

            free.Dispose();
        }

        return Worker.Start(start(task), task.Key, log);
    }

    private static async Task EndAsync(Worker worker)
    {
        await worker.EndAsync().ConfigureAwait(false);
        worker.Dispose();
    }

    private IEnumerable<Worker> Idle()
    {
        while (idle.TryTake(out var free))
        {
            yield return free;
        }
    }
}
