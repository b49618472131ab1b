using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using TransferLens.Execution.Leases;
using TransferLens.Tests;

namespace TransferLens.Execution.Tests.Leases;

/// <summary>Leases on a folder that machines share. Owners with another host name stand for other machines.</summary>
public sealed class LeaseTests : IDisposable
{
    private static readonly LeaseTimes Quick = new(
        TimeSpan.FromMilliseconds(20),
        TimeSpan.FromMilliseconds(400),
        TimeSpan.FromMilliseconds(10)
    );
    private static readonly LeaseTimes Silent = Quick with { Heartbeat = Timeout.InfiniteTimeSpan };

    private readonly TemporaryFolder folder = new();
    private readonly SkippingTime time = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_dead_owner_on_this_machine_is_followed_at_once()
    {
        Take(Dead(), Silent); // never released
        Assert.False(IsTaken());
        using var next = Lease.Take(folder.Path, LeaseOwner.Current, LeaseTimes.Default, time, () =>
            Assert.Fail("nobody has it")
        );
        Assert.Equal(2, next.Number);
    }

    [Fact]
    public void A_later_process_with_the_same_id_is_another_owner()
    {
        Take(LeaseOwner.Current with { Started = "before" }, Silent);
        Assert.False(IsTaken());
    }

    [Fact]
    public void A_hidden_process_is_neither_alive_nor_dead_until_it_ends()
    {
        var hidden = LeaseOwner.Current with { Started = "" }; // its start could not be read
        Assert.Null(hidden.IsAlive(LeaseOwner.Current));
        Assert.False((Dead() with { Started = "" }).IsAlive(LeaseOwner.Current));
        Assert.True(LeaseOwner.Current.IsAlive(LeaseOwner.Current));
    }

    [Fact]
    public void An_owner_on_another_machine_is_judged_by_the_clock_of_the_file_system()
    {
        using var silent = Take(On("other"), Silent);
        Assert.True(IsTaken(new FakeTimeProvider())); // this machine's clock is decades late
        File.SetLastWriteTimeUtc(folder["lease-1"], DateTime.UtcNow - TimeSpan.FromMinutes(3));
        Assert.False(IsTaken(new FakeTimeProvider()));
        Assert.Equal([folder["lease-1"]], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_silent_owner_on_another_machine_is_followed_when_it_is_stale_and_not_before()
    {
        using var silent = Take(On("other"), Silent);
        Assert.True(IsTaken(time));
        var start = time.GetUtcNow();
        using var next = Take(LeaseOwner.Current, Quick);
        Assert.Equal(Quick.StaleAfter, time.GetUtcNow() - start);
        Assert.False(silent.Lost.IsCancellationRequested); // it has not looked yet
        Assert.Throws<OperationCanceledException>(silent.Confirm);
        next.Confirm();
    }

    [Fact]
    public void An_owner_on_another_machine_keeps_its_lease_by_heartbeats_whatever_the_clocks_say()
    {
        var living = Take(On("other"), Quick);
        File.SetLastWriteTimeUtc(folder["lease-1"], new(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var start = time.GetUtcNow();
        Assert.Throws<OperationCanceledException>(() => Lease.Take(folder.Path, LeaseOwner.Current, Quick, time, () =>
            {
                if (time.GetUtcNow() - start > 3 * Quick.StaleAfter)
                {
                    throw new OperationCanceledException();
                }
            }));
        living.Dispose();
        Take(LeaseOwner.Current, Quick).Dispose();
    }

    [Fact]
    public void Time_without_a_look_makes_no_owner_stale()
    {
        using var silent = Take(On("other"), Silent);
        var (clock, looks) = (new FakeTimeProvider(), 0);
        var times = Silent with { StaleAfter = TimeSpan.FromSeconds(20), Poll = TimeSpan.Zero };
        using var next = Lease.Take(folder.Path, LeaseOwner.Current, times, clock, () =>
        {
            looks++;
            clock.Advance(TimeSpan.FromHours(1)); // the machine sleeps, or the file system hangs
        });
        Assert.Equal(10, looks); // each counts as two seconds at most
    }

    [Fact]
    public void An_owner_that_was_presumed_dead_learns_of_it_by_its_next_heartbeat()
    {
        var slow = Quick with { Heartbeat = TimeSpan.FromMilliseconds(700) };
        using var first = Take(On("other"), slow);
        using var second = Take(LeaseOwner.Current, Quick);
        Assert.False(first.Lost.IsCancellationRequested);
        time.Advance(slow.Heartbeat);
        Assert.True(first.Lost.IsCancellationRequested);
        Assert.False(second.Lost.IsCancellationRequested);
    }

    [Fact]
    public void Of_many_that_race_one_at_a_time_has_the_lease_even_after_a_stale_owner()
    {
        Take(On("gone"), Silent);
        var (inside, most, turns) = (0, new ConcurrentBag<int>(), new ConcurrentBag<int>());
        var racers = Enumerable
            .Range(0, 8)
            .Select(i => new Thread(() =>
            {
                // Real time: threads and file system race as they do in a cluster.
                var times = Quick with { StaleAfter = TimeSpan.FromSeconds(2) };
                for (var turn = 0; turn < 5; turn++)
                {
                    using var lease = Lease.Take(
                        folder.Path,
                        On($"machine {i}"),
                        times,
                        TimeProvider.System,
                        () => { }
                    );
                    most.Add(Interlocked.Increment(ref inside));
                    turns.Add(lease.Number);
                    TimeProvider.System.Sleep(TimeSpan.FromMilliseconds(2));
                    Interlocked.Decrement(ref inside);
                }
            }))
            .ToList();
        racers.ForEach(racer => racer.Start());
        racers.ForEach(racer => racer.Join());
        Assert.Equal(1, most.Max());
        Assert.Equal(Enumerable.Range(2, 40), turns.Order());
    }

    [Fact]
    public void A_lease_that_cannot_be_read_is_followed_only_when_it_is_stale()
    {
        File.WriteAllText(folder["lease-7"], "");
        var start = time.GetUtcNow();
        using var next = Take(LeaseOwner.Current, Quick);
        Assert.Equal(8, next.Number);
        Assert.Equal(Quick.StaleAfter, time.GetUtcNow() - start);
    }

    private Lease Take(LeaseOwner owner, LeaseTimes times) => Lease.Take(folder.Path, owner, times, time, () => { });

    private bool IsTaken(TimeProvider? clock = null) =>
        Lease.IsTaken(folder.Path, LeaseOwner.Current, LeaseTimes.Default, clock ?? TimeProvider.System);

    private static LeaseOwner On(string host) => LeaseOwner.Current with { Host = host };

    private static LeaseOwner Dead()
    {
        using var process = Process.Start("/bin/true");
        process.WaitForExit();
        return LeaseOwner.Current with { Process = process.Id };
    }
}
