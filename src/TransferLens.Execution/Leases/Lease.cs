namespace TransferLens.Execution.Leases;

/// <summary>
/// A folder that one process at a time works in, also when it is shared by machines over a file system whose locks do not work.
/// Its owner shows all the while that he lives; when he dies or falls silent, the next takes over.
/// </summary>
/// <remarks>
/// On the same machine a dead owner is known at once by his process. On another, he is dead when his file was not seen to
/// change for <see cref="LeaseTimes.Stale"/>: the observer looks again and again and counts his own time between two looks that
/// succeeded, so that neither differing clocks nor a file system that hangs for both make a living owner look dead. An owner
/// that was taken for dead sees it by <see cref="Lost"/>, and a lease's <see cref="Number"/> keeps what it writes apart.
/// Files of the last hundred leases stay, so that nobody who sees an old listing of the folder gets a number a second time.
/// </remarks>
public sealed class Lease : IDisposable
{
    private readonly string folder;
    private readonly Lock beating = new();
    private readonly CancellationTokenSource lost = new();
    private readonly ITimer timer;
    private long beats;
    private bool ended;

    private Lease(string folder, int number, LeaseTimes times, TimeProvider time)
    {
        (this.folder, Number) = (folder, number);
        timer = time.CreateTimer(_ => Beat(), null, times.Beat, times.Beat);
    }

    /// <summary>Which lease of the folder it is, from 1.</summary>
    public int Number { get; }

    /// <summary>Cancelled when another process took this one for dead and took over.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Takes the lease of a folder, which is made if need be; waits while a living process has it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="owner">Who takes it.</param>
    /// <param name="times">How often an owner shows that he lives, and when he is taken for dead.</param>
    /// <param name="time">What the time is.</param>
    /// <param name="waiting">Called now and then while it waits; may throw to give up.</param>
    public static Lease Take(string folder, LeaseOwner owner, LeaseTimes times, TimeProvider time, Action waiting)
    {
        Directory.CreateDirectory(folder);
        var (known, watch) = (0, new Silence(time));
        while (true)
        {
            var newest = LeaseFile.Newest(folder, known);
            if (
                newest is null
                || newest.IsReleased
                || newest.Owner?.IsAlive(owner) == false
                || (newest.Owner?.IsAlive(owner) is null && watch.Lasts(newest) >= times.Stale)
            )
            {
                var next = (newest?.Number ?? 0) + 1;
                if (LeaseFile.TryCreate(folder, next, owner))
                {
                    LeaseFile.Forget(folder, next - 100);
                    return new(folder, next, times, time);
                }

                known = next; // Somebody was faster.
                continue;
            }

            waiting();
            Thread.Sleep(times.Look);
        }
    }

    /// <summary>Whether a living process has the lease of a folder, as far as one look tells: of an owner on another machine it is believed as long as his last sign is not old by the clock of the file system, or by this machine's where the folder cannot be written.</summary>
    public static bool IsTaken(string folder, LeaseOwner observer, LeaseTimes times, TimeProvider time) =>
        LeaseFile.Newest(folder) is { IsReleased: false } newest
        && (
            newest.Owner?.IsAlive(observer)
            ?? (FileClock.Now(folder, time) - File.GetLastWriteTimeUtc(newest.Path) < times.Stale)
        );

    /// <summary>Looks whether it still holds: false when another process took over.</summary>
    public bool Holds()
    {
        Beat();
        return !lost.IsCancellationRequested;
    }

    /// <summary>Gives up if another process took over.</summary>
    /// <exception cref="OperationCanceledException">It did.</exception>
    public void Confirm()
    {
        Beat();
        lost.Token.ThrowIfCancellationRequested();
    }

    /// <summary>Lets go.</summary>
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
                // The next waits until this one is stale.
            }
        }

        lost.Dispose();
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
                // The file system is away for the moment; the next beat may come through.
            }
        }
    }

    // How long a lease was seen not to change, by the time between looks; a long time without a look counts as a short one.
    private sealed class Silence(TimeProvider time)
    {
        private static readonly TimeSpan Most = TimeSpan.FromSeconds(2);
        private (int Number, string Text)? last;
        private long at;
        private TimeSpan quiet;

        public TimeSpan Lasts(LeaseFile file)
        {
            var now = time.GetTimestamp();
            var passed = time.GetElapsedTime(at, now);
            quiet = last == (file.Number, file.Text) ? quiet + (passed < Most ? passed : Most) : TimeSpan.Zero;
            (last, at) = ((file.Number, file.Text), now);
            return quiet;
        }
    }
}

/// <summary>The times of a lease.</summary>
/// <param name="Beat">How often an owner shows that he lives.</param>
/// <param name="Stale">After what time without a sign he is taken for dead, by one on another machine.</param>
/// <param name="Look">How often one who waits looks.</param>
public sealed record LeaseTimes(TimeSpan Beat, TimeSpan Stale, TimeSpan Look)
{
    /// <summary>A sign every 15 seconds, dead after 2 minutes, which is twice what a network file system may hold back.</summary>
    public static LeaseTimes Default { get; } =
        new(TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(2), TimeSpan.FromMilliseconds(200));
}
