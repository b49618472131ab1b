using System.Threading.Channels;
using TransferLens.Execution.Leases;
using TransferLens.Execution.Local;
using TransferLens.Vision.Runtime;

namespace TransferLens.Cli.Options;

/// <summary>
/// The standard input of a worker: the keys of further tasks, one per line. Its end asks the worker to stop; it also
/// ends when the process that started the worker dies.
/// </summary>
internal sealed class TaskInput
{
    private const int ExitCode = 130;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    private readonly Channel<string> keys = Channel.CreateUnbounded<string>();

    private TaskInput() { }

    /// <summary>Starts to read the input.</summary>
    /// <param name="cancellation">Cancelled when the input ends.</param>
    public static TaskInput Listen(CancellationTokenSource cancellation)
    {
        var input = new TaskInput();
        new Thread(() => input.Read(cancellation, TimeProvider.System)) { IsBackground = true }.Start();
        return input;
    }

    /// <summary>Reports that a task is done and waits for the next.</summary>
    /// <param name="done">Key of the task.</param>
    /// <returns>Key of the next task; null when there is none.</returns>
    public string? Next(string done)
    {
        FreedMemory.Release();
        Console.Out.WriteLine(WorkerLine.Done(done));
        Console.Error.WriteLine(WorkerLine.Done(done));
        var hasNext = keys.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult();
        return hasNext && keys.Reader.TryRead(out var next) ? next : null;
    }

    private void Read(CancellationTokenSource cancellation, TimeProvider time)
    {
        while (Console.In.ReadLine() is { } key)
        {
            keys.Writer.TryWrite(key);
        }

        keys.Writer.Complete();
        // A task that does not stop in time must not outlive the process that started this one.
        using var exit = time.CreateTimer(_ => Environment.Exit(ExitCode), null, Grace, Timeout.InfiniteTimeSpan);
        try
        {
            cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The last task is done.
        }

        time.Sleep(Timeout.InfiniteTimeSpan);
    }
}
