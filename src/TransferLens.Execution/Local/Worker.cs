using System.Diagnostics;

namespace TransferLens.Execution.Local;

/// <summary>
/// A worker process, as seen by the process that started it. It computes one task at a time and can be given another
/// one afterwards: .NET and libtorch take more than a second to start, longer than many tasks.
/// </summary>
internal sealed class Worker : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly Process process;
    private readonly TimeProvider time;
    private readonly Task ended;
    private volatile Turn turn;

    private Worker(Process process, Turn first, TimeProvider time)
    {
        (this.process, turn, this.time) = (process, first, time);
        process.OutputDataReceived += (_, line) => turn.Receive(line.Data);
        process.ErrorDataReceived += (_, line) => turn.Receive(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        ended = process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>The exit code of the ended process.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>
    /// Whether the process ended normally just when it was given another task, and so never read its key.
    /// </summary>
    public bool Missed => turn is { IsFollowUp: true, IsSilent: true } && ended.IsCompleted && ExitCode == 0;

    /// <summary>Starts a process with its first task.</summary>
    /// <param name="start">How to start it.</param>
    /// <param name="key">Key of the task that <paramref name="start"/> names.</param>
    /// <param name="log">Receives what the process prints.</param>
    /// <param name="time">The clock.</param>
    public static Worker Start(ProcessStartInfo start, string key, TaskLog log, TimeProvider time)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        return new(new Process { StartInfo = start }, new(key, log), time);
    }

    /// <summary>Gives the process another task; false when the process has ended.</summary>
    public bool TryGive(string key, TaskLog log)
    {
        if (ended.IsCompleted)
        {
            return false;
        }

        turn = new(key, log) { IsFollowUp = true };
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

    /// <summary>Waits until the task is done or the process has ended.</summary>
    /// <param name="meanwhile">Called a few times a second.</param>
    /// <param name="cancellationToken">Asks the process to stop, and kills it when it does not.</param>
    /// <returns>Whether the process can be given another task.</returns>
    public async Task<bool> WatchAsync(Action meanwhile, CancellationToken cancellationToken)
    {
        var either = Task.WhenAny(turn.Done, ended);
        while (!cancellationToken.IsCancellationRequested)
        {
            var pause = Task.Delay(Pause, time, CancellationToken.None);
            if (await Task.WhenAny(either, pause).ConfigureAwait(false) == either)
            {
                return !ended.IsCompleted;
            }

            meanwhile();
        }

        await EndAsync().ConfigureAwait(false);
        return false;
    }

    /// <summary>
    /// Closes the input of the process, which asks it to stop, as the death of this process does. Kills it when it does
    /// not stop in time.
    /// </summary>
    public async Task EndAsync()
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The process has ended.
        }

        var grace = Task.Delay(Grace, time, CancellationToken.None);
        if (await Task.WhenAny(ended, grace).ConfigureAwait(false) != ended)
        {
            process.Kill(entireProcessTree: true);
        }

        await ended.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => process.Dispose();

    // One task of the process. It is done when both streams contain the closing line: then neither has more output of
    // it.
    private sealed class Turn(string key, TaskLog log)
    {
        private readonly string last = WorkerLine.Done(key);
        private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int openStreams = 2;

        public Task Done => done.Task;

        // Whether the process had computed another task before.
        public bool IsFollowUp { get; init; }

        public bool IsSilent { get; private set; } = true;

        public void Receive(string? line)
        {
            IsSilent &= line is null;
            if (line != last)
            {
                log.Write(line);
            }
            else if (Interlocked.Decrement(ref openStreams) == 0)
            {
                done.TrySetResult();
            }
        }
    }
}
