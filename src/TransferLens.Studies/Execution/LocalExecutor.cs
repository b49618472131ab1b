using System.Collections.Concurrent;
using System.Diagnostics;
using TransferLens.Artifacts;
using TransferLens.Plans;

namespace TransferLens.Execution;

/// <summary>
/// Computes tasks on this machine, each in a process of its own (<c>transferlens task KEY</c>), several at a time: a crash
/// or an out-of-memory kill takes one task, not the study.
/// </summary>
/// <param name="store">Where artifacts go.</param>
/// <param name="start">How a worker process is started for a task.</param>
/// <param name="jobs">How many tasks at a time.</param>
public sealed class LocalExecutor(ArtifactStore store, Func<TaskSpec, ProcessStartInfo> start, int jobs) : IExecutor
{
    // 128 + SIGKILL.
    private const int Killed = 137;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TaskOutcome>> RunAsync(IReadOnlyList<TaskSpec> tasks, Action<TaskOutcome> watch, CancellationToken stop)
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
            while (!stop.IsCancellationRequested && running.Count < jobs && schedule.Next() is { } next)
            {
                Settle(new(next, TaskState.Running));
                running.Add(ComputeAsync(next, progress.Enqueue, stop), next);
            }

            if (running.Count == 0)
            {
                break;
            }

            var finished = await Task.WhenAny(running.Keys.Append<Task>(Task.Delay(250, CancellationToken.None))).ConfigureAwait(false);
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

        return [.. tasks.Select(task => outcomes[task.Key] is { State: TaskState.Waiting } waiting ? waiting with { State = TaskState.Skipped } : outcomes[task.Key])];

        void Settle(TaskOutcome outcome)
        {
            outcomes[outcome.Task.Key] = outcome;
            watch(outcome);
        }
    }

    private async Task<TaskOutcome> ComputeAsync(TaskSpec task, Action<TaskOutcome> report, CancellationToken stop)
    {
        var running = store.Running(task.Key);
        running.Fail(null); // What went wrong the last time is no news of this time.
        using var process = new Process { StartInfo = start(task) };
        process.StartInfo.RedirectStandardInput = process.StartInfo.RedirectStandardOutput = process.StartInfo.RedirectStandardError = true;
        string? said;
        using (var log = new TaskLog(running.Log, $"run on {Environment.MachineName}"))
        {
            process.OutputDataReceived += (_, line) => log.Write(line.Data);
            process.ErrorDataReceived += (_, line) => log.Write(line.Data);
            process.Start();
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            await WatchAsync(process, () => report(new(task, TaskState.Running, running.Read())), stop).ConfigureAwait(false);
            said = log.Problem;
        }

        if (store.Holds(task))
        {
            return new(task, TaskState.Done);
        }

        if (stop.IsCancellationRequested)
        {
            return new(task, TaskState.Skipped);
        }

        if (running.Failure() is { } why)
        {
            return new(task, TaskState.Failed, null, why);
        }

        // Written down for those who ask the store.
        var died = said ?? $"its process ended with code {process.ExitCode}{(process.ExitCode == Killed ? ", as when the system kills it for want of memory," : "")} and said no more; its log is {running.Log}.";
        running.Fail(died);
        return new(task, TaskState.Failed, null, died);
    }

    // The worker stops when its standard input ends: on request, and also when this process dies.
    private static async Task WatchAsync(Process process, Action report, CancellationToken stop)
    {
        var ended = process.WaitForExitAsync(CancellationToken.None);
        while (!stop.IsCancellationRequested)
        {
            if (await Task.WhenAny(ended, Task.Delay(300, CancellationToken.None)).ConfigureAwait(false) == ended)
            {
                await ended.ConfigureAwait(false);
                return;
            }

            report();
        }

        process.StandardInput.Close();
        if (await Task.WhenAny(ended, Task.Delay(Grace, CancellationToken.None)).ConfigureAwait(false) != ended)
        {
            process.Kill(entireProcessTree: true);
        }

        await ended.ConfigureAwait(false);
    }
}
