namespace TransferLens.Execution.Leases;

/// <summary>
/// The exclusive use of a folder by one process, also among machines that share a file system without working locks.
/// The owner shows by heartbeats that it is alive. When it dies or falls silent, the next process takes over.
/// </summary>
/// <remarks>
/// On the same machine, an observer looks at the owner's process and knows at once when it has died. An owner on
/// another machine is presumed dead when its file has not changed for <see cref="LeaseTimes.StaleAfter"/>. The observer
/// measures that by its own clock, between successful looks at the file, so neither differing clocks nor a file system
/// that hangs for both make a living owner look dead. An owner that was presumed dead learns of it by
/// <see cref="Lost"/>, and the <see cref="Number"/> of its lease keeps its output apart from that of the next owner.
/// The files of the last hundred leases stay, so that a process with an old listing of the folder cannot get a number
/// that was used before.
/// </remarks>
internal sealed class Lease : IDisposable
{
    private const int KeptFiles = 100;

    private readonly string folder;
    private readonly Lock beating = new();
    private readonly CancellationTokenSource lost = new();
    private readonly ITimer timer;
    private long beats;
    private bool ended;

    private Lease(string folder, int number, LeaseTimes times, TimeProvider time)
    {
        (this.folder, Number) = (folder, number);
        timer = time.CreateTimer(_ => Beat(), null, times.Heartbeat, times.Heartbeat);
    }

    /// <summary>The lease's number among those of the folder, from 1.</summary>
    public int Number { get; }

    /// <summary>Cancelled when another process presumed this one dead and took over.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>
    /// Takes the lease of a folder, which is created if it is missing. Waits while a living process has it.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="owner">The process that takes it.</param>
    /// <param name="times">Times of heartbeats and of waiting.</param>
    /// <param name="time">The clock.</param>
    /// <param name="waiting">Called repeatedly during the wait; may throw to give up.</param>
    public static Lease Take(string folder, LeaseOwner owner, LeaseTimes times, TimeProvider time, Action waiting)
    {
        Directory.CreateDirectory(folder);
        var (known, silence) = (0, new Silence(time));
        while (true)
        {
            var newest = LeaseFile.Newest(folder, known);
            if (newest is null || IsFree(newest, owner, silence, times.StaleAfter))
            {
                var next = (newest?.Number ?? 0) + 1;
                if (LeaseFile.TryCreate(folder, next, owner))
                {
                    LeaseFile.Forget(folder, next - KeptFiles);
                    return new(folder, next, times, time);
                }

                known = next; // Another process was faster.
                continue;
            }

            waiting();
            time.Sleep(times.Poll);
        }
    }

    /// <summary>
    /// Whether a living process has the lease of a folder, by a single look. An owner on another machine counts as
    /// living while its last heartbeat is recent by the file system's clock.
    /// </summary>
    public static bool IsTaken(string folder, LeaseOwner observer, LeaseTimes times, TimeProvider time)
    {
        return LeaseFile.Newest(folder) is { IsReleased: false } newest
            && (newest.Owner?.IsAlive(observer) ?? IsRecent(newest));

        bool IsRecent(LeaseFile lease) =>
            FileClock.Now(folder, time) - File.GetLastWriteTimeUtc(lease.Path) < times.StaleAfter;
    }

    /// <summary>Whether this process still has the lease; false after another one took over.</summary>
    public bool IsHeld()
    {
        Beat();
        return !lost.IsCancellationRequested;
    }

    /// <summary>Throws when another process took over.</summary>
    /// <exception cref="OperationCanceledException">Another process took over.</exception>
    public void Confirm()
    {
        Beat();
        lost.Token.ThrowIfCancellationRequested();
    }

    /// <summary>Releases the lease.</summary>
    public void Dispose()
    {
        lock (beating)
        {
            if (ended)
            {
                return;
            }

            ended = true;
            timer.Dispose();
            try
            {
                LeaseFile.Release(folder, Number);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // The next process waits until this lease is stale.
            }
        }

        lost.Dispose();
    }

    private static bool IsFree(LeaseFile lease, LeaseOwner owner, Silence silence, TimeSpan staleAfter)
    {
        if (lease.IsReleased)
        {
            return true;
        }

        return lease.Owner?.IsAlive(owner) switch
        {
            true => false,
            false => true,
            null => silence.Measure(lease) >= staleAfter,
        };
    }

    private void Beat()
    {
        lock (beating)
        {
            try
            {
                if (!ended && LeaseFile.IsFollowed(folder, Number))
                {
                    lost.Cancel();
                }
                else if (!ended)
                {
                    LeaseFile.Beat(folder, Number, ++beats);
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // The file system does not answer at the moment. The next heartbeat may succeed.
            }
        }
    }

    // How long a lease has not changed. A long time between two looks, as when the machine slept, counts as a short
    // one.
    private sealed class Silence(TimeProvider time)
    {
        private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
        private (int Number, string Text)? last;
        private long at;
        private TimeSpan quiet;

        public TimeSpan Measure(LeaseFile file)
        {
            var now = time.GetTimestamp();
            var passed = time.GetElapsedTime(at, now);
            quiet = last == (file.Number, file.Text) ? quiet + (passed < Longest ? passed : Longest) : TimeSpan.Zero;
            (last, at) = ((file.Number, file.Text), now);
            return quiet;
        }
    }
}
