using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Local;

/// <summary>Writes the progress of a task, at most four times a second, with an estimate of the time left.</summary>
/// <param name="running">The task.</param>
/// <param name="time">The clock.</param>
internal sealed class PacedProgress(RunningTask running, TimeProvider time) : IProgress<TaskProgress>
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    // An earlier estimate would be misleading.
    private const double LeastShare = 0.02;
    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private readonly long started = time.GetTimestamp();
    private TimeSpan next = TimeSpan.Zero;
    private (TimeSpan At, double Fraction)? first;

    /// <inheritdoc/>
    public void Report(TaskProgress value)
    {
        var now = time.GetElapsedTime(started);
        if (now >= next)
        {
            running.Write(value with { Left = Left(now, value.Fraction) });
            next = time.GetElapsedTime(started) + Pause;
        }
    }

    // A resumed task starts at the fraction that earlier attempts reached, or passes over their partial results in a
    // moment, which tells nothing about its pace.
    private TimeSpan? Left(TimeSpan now, double fraction)
    {
        first = first is { } known && now >= Moment ? known : (now, fraction);
        var (passed, done) = (now - first.Value.At, fraction - first.Value.Fraction);
        return passed >= LeastTime && done >= LeastShare ? passed * ((1 - fraction) / done) : null;
    }
}
