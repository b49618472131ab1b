using System.Threading.Channels;
using TransferLens.Execution.Local;
using TransferLens.Vision.Runtime;

namespace TransferLens.Cli.Options;

/// <summary>The standard input of a worker: keys of further tasks, line by line. Its end asks for a stop, and comes by itself when the process that started this one dies.</summary>
internal sealed class TaskInput
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    private readonly Channel<string> keys = Channel.CreateUnbounded<string>();

    private TaskInput() { }

    /// <summary>Listens from now on.</summary>
    /// <param name="cancellationToken">Is cancelled when the input ends.</param>
    public static TaskInput Listen(CancellationTokenSource cancellationToken)
    {
        var input = new TaskInput();
        new Thread(() => input.Read(cancellationToken)) { IsBackground = true }.Start();
        return input;
    }

    /// <summary>Says that a task is done and waits for the next.</summary>
    /// <param name="done">The task's key.</param>
    /// <returns>The next one's key; null when there is none.</returns>
    public string? Next(string done)
    {
        FreedMemory.Release();
        Console.Out.WriteLine(WorkerLine.Done(done));
        Console.Error.WriteLine(WorkerLine.Done(done));
        return keys.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult() && keys.Reader.TryRead(out var next)
            ? next
            : null;
    }

    private void Read(CancellationTokenSource cancellationToken)
    {
        while (Console.In.ReadLine() is { } key)
        {
            keys.Writer.TryWrite(key);
        }

        keys.Writer.Complete();
        // A task that does not reach a point where it can stop must not outlive the one who started it.
        using var last = new Timer(_ => Environment.Exit(130), null, Grace, Timeout.InfiniteTimeSpan);
        try
        {
            cancellationToken.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The last task is done already.
        }

        Thread.Sleep(Timeout.Infinite);
    }
}
