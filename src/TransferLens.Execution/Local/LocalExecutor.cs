using System.Collections.Concurrent;
using System.Diagnostics;
using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Local;

/// <summary>
/// Computes tasks on this machine, several at a time, in worker processes (<c>transferlens task KEY</c>) that each
/// compute one task after another. A crash or an out-of-memory kill takes one task, not the study.
/// </summary>
/// <param name="store">The store that receives the artifacts.</param>
/// <param name="start">Describes the worker process to start for a task.</param>
/// <param name="jobs">Number of tasks at a time, at least 1.</param>
/// <param name="time">The clock.</param>
public sealed class LocalExecutor(
    ArtifactStore store,
    Func<TaskSpec, ProcessStartInfo> start,
    int jobs,
    TimeProvider time
) : IExecutor
{
    private const int ExitCodeOfKill = 128 + 9; // SIGKILL
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

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
            await Task.WhenAll(TakeIdle().Select(EndAsync)).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<TaskOutcome>> ComputeAllAsync(
        IReadOnlyList<TaskSpec> tasks,
        Action<TaskOutcome> watch,
        CancellationToken cancellationToken
    )
    {
        var missing = tasks.Where(task => !store.ContainsIntact(task)).ToHashSet();
        var board = new OutcomeBoard(tasks, missing, watch);
        store.WriteTasks(tasks);
        var schedule = new Schedule(tasks, missing);
        var running = new Dictionary<Task<TaskOutcome>, TaskSpec>();
        var progress = new ConcurrentQueue<TaskOutcome>();
        while (!schedule.IsEmpty || running.Count > 0)
        {
            while (!cancellationToken.IsCancellationRequested && running.Count < jobs && schedule.Next() is { } next)
            {
                board.Set(new(next, TaskState.Running));
                running.Add(ComputeAsync(next, progress.Enqueue, cancellationToken), next);
            }

            if (running.Count == 0)
            {
                break;
            }

            var pause = Task.Delay(Pause, time, CancellationToken.None);
            var finished = await Task.WhenAny(running.Keys.Append<Task>(pause)).ConfigureAwait(false);
            while (progress.TryDequeue(out var news))
            {
                if (running.ContainsValue(news.Task))
                {
                    watch(news);
                }
            }

            if (finished is Task<TaskOutcome> computed)
            {
                running.Remove(computed);
                Settle(await computed.ConfigureAwait(false));
            }
        }

        return board.Final();

        void Settle(TaskOutcome outcome)
        {
            board.Set(outcome);
            if (outcome.State == TaskState.Done)
            {
                schedule.Done(outcome.Task);
            }
            else if (outcome.State == TaskState.Failed)
            {
                schedule.Abandon(outcome.Task).ForEach(lost => board.Set(new(lost, TaskState.Skipped)));
            }
        }
    }

    private async Task<TaskOutcome> ComputeAsync(
        TaskSpec task,
        Action<TaskOutcome> report,
        CancellationToken cancellationToken
    )
    {
        var running = store.Running(task.Key);
        running.Fail(null); // A failure of an earlier run does not belong to this one.
        var (problem, code) = await WatchAsync(task, running, report, cancellationToken).ConfigureAwait(false);
        if (store.Contains(task))
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

        problem ??= Unexplained(code, running.Log);
        running.Fail(problem); // For those who look into the store.
        return new(task, TaskState.Failed, null, problem);
    }

    // Gives the task to a worker until one of them has tried it. Returns the error that the worker printed, and how its
    // process ended when it did not stay for another task.
    private async Task<(string? Problem, int Code)> WatchAsync(
        TaskSpec task,
        RunningTask running,
        Action<TaskOutcome> report,
        CancellationToken cancellationToken
    )
    {
        using var log = new TaskLog(running.Log, $"run on {Environment.MachineName}");
        while (true)
        {
            var worker = Assign(task, log);
            var isReady = await worker
                .WatchAsync(() => report(new(task, TaskState.Running, running.Read())), cancellationToken)
                .ConfigureAwait(false);
            if (isReady)
            {
                idle.Add(worker);
                return (null, 0);
            }

            using (worker)
            {
                if (!worker.Missed || cancellationToken.IsCancellationRequested)
                {
                    return (log.Problem, worker.ExitCode);
                }
            }
        }
    }

    private static string Unexplained(int code, string log)
    {
        var hint = code == ExitCodeOfKill ? ", as when the system kills it for lack of memory," : "";
        return $"its process ended with code {code}{hint} and reported no error; its log is {log}.";
    }

    // Prefers an idle worker to a new one.
    private Worker Assign(TaskSpec task, TaskLog log)
    {
        while (idle.TryTake(out var free))
        {
            if (free.TryGive(task.Key, log))
            {
                return free;
            }

            free.Dispose();
        }

        return Worker.Start(start(task), task.Key, log, time);
    }

    private static async Task EndAsync(Worker worker)
    {
        await worker.EndAsync().ConfigureAwait(false);
        worker.Dispose();
    }

    private IEnumerable<Worker> TakeIdle()
    {
        while (idle.TryTake(out var free))
        {
            yield return free;
        }
    }
}
