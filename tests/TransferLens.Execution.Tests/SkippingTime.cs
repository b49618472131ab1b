using Microsoft.Extensions.Time.Testing;

namespace TransferLens.Execution.Tests;

/// <summary>
/// A fake clock that jumps ahead whenever the code under test waits, so that no wait takes real time. Periodic timers
/// do not move it.
/// </summary>
internal sealed class SkippingTime : FakeTimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero && period == Timeout.InfiniteTimeSpan)
        {
            Task.Run(() => Advance(dueTime));
        }

        return timer;
    }
}
