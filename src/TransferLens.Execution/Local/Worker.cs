using System.Diagnostics;

namespace TransferLens.Execution.Local;

/// <summary>
/// A worker process as the one who started it sees it. It computes one task at a time, and another when that is done: .NET and
/// libtorch take more than a second to start, longer than many a task.
/// </summary>
internal sealed class Worker : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    private readonly Process process;
    private readonly Task ended;
    private volatile Turn turn;

    private Worker(Process process, Turn first)
    {
        (this.process, turn) = (process, first);
        process.OutputDataReceived += (_, line) => turn.Take(line.Data);
        process.ErrorDataReceived += (_, line) => turn.Take(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        ended = process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>How the process ended.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>Whether it ended in peace while it was given another task, and so never read of it.</summary>
    public bool Missed => turn is { Given: true, Silent: true } && ended.IsCompleted && ExitCode == 0;

    /// <summary>Starts a process with its first task.</summary>
    /// <param name="how">How it is started.</param>
    /// <param name="key">The task's key, which is part of <paramref name="how"/>.</param>
    /// <param name="log">Takes what is printed.</param>
    public static Worker Start(ProcessStartInfo how, string key, TaskLog log)
    {
        how.RedirectStandardInput = how.RedirectStandardOutput = how.RedirectStandardError = true;
        return new(new Process { StartInfo = how }, new(key, log));
    }

    /// <summary>Gives it another task; false when it is not there any more.</summary>
    public bool TryGive(string key, TaskLog log)
    {
        if (ended.IsCompleted)
        {
            return false;
        }

        turn = new(key, log) { Given = true };
        try
        {
            process.StandardInput.WriteLine(key);
            process.StandardInput.Flush();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Waits until its task is done, or the process ended.</summary>
    /// <param name="meanwhile">Called a few times a second.</param>
    /// <param name="cancellationToken">Asks to stop: the worker then gets some time to do so by itself.</param>
    /// <returns>Whether the worker can take another task.</returns>
    public async Task<bool> WatchAsync(Action meanwhile, CancellationToken cancellationToken)
    {
        var either = Task.WhenAny(turn.Done, ended);
        while (!cancellationToken.IsCancellationRequested)
        {
            if (await Task.WhenAny(either, Task.Delay(300, CancellationToken.None)).ConfigureAwait(false) == either)
            {
                return !ended.IsCompleted;
            }

            meanwhile();
        }

        await EndAsync().ConfigureAwait(false);
        return false;
    }

    /// <summary>Ends it: its input ends, which it takes as a request, and also when this process dies; after some time it is killed.</summary>
    public async Task EndAsync()
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is gone already.
        }

        if (await Task.WhenAny(ended, Task.Delay(Grace, CancellationToken.None)).ConfigureAwait(false) != ended)
        {
            process.Kill(entireProcessTree: true);
        }

        await ended.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => process.Dispose();

    // One task of the process. It is done when both streams say so: then neither has more of it to tell.
    private sealed class Turn(string key, TaskLog log)
    {
        private readonly string last = WorkerLine.Done(key);
        private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int streams = 2;

        public Task Done => done.Task;

        // To a process that was there already.
        public bool Given { get; init; }

        public bool Silent { get; private set; } = true;

        public void Take(string? line)
        {
            Silent &= line is null;
            if (line != last)
            {
                log.Write(line);
            }
            else if (Interlocked.Decrement(ref streams) == 0)
            {
                done.TrySetResult();
            }
        }
    }
}
