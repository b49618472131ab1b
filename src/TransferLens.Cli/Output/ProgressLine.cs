using System.Diagnostics;
using TransferLens.Studies.Plans;

namespace TransferLens.Cli.Output;

/// <summary>
/// Shows the progress of a computation on standard error: a bar on a terminal, otherwise a line every ten seconds.
/// A computation of less than a second shows nothing.
/// </summary>
internal sealed class ProgressLine(string what) : IProgress<TaskProgress>, IDisposable
{
    private const int Width = 30;
    private readonly Stopwatch watch = Stopwatch.StartNew();
    private readonly bool terminal = !Console.IsErrorRedirected;
    private TimeSpan shown = TimeSpan.Zero;
    private bool drawn;

    public void Report(TaskProgress value)
    {
        var now = watch.Elapsed;
        var wait = terminal ? TimeSpan.FromMilliseconds(drawn ? 100 : 700) : TimeSpan.FromSeconds(10);
        if (now - shown < wait)
        {
            return;
        }

        shown = now;
        if (terminal)
        {
            var full = (int)(value.Fraction * Width);
            Console.Error.Write(
                $"\r{what} [{new string('#', full)}{new string('.', Width - full)}] {value.Message}\u001b[K"
            );
            drawn = true;
        }
        else
        {
            Console.Error.WriteLine($"{what}: {value.Message}");
        }
    }

    public void Dispose()
    {
        if (drawn)
        {
            Console.Error.Write("\r\u001b[K");
        }
    }
}
