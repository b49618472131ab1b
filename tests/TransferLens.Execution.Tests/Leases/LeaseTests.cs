using System.Collections.Concurrent;
using System.Diagnostics;
using TransferLens.Execution.Leases;
using TransferLens.Execution.Tests.Progress;
using TransferLens.Tests;

namespace TransferLens.Execution.Tests.Leases;

/// <summary>Leases on a folder that machines share; other machines are owners with another host's name.</summary>
public sealed class LeaseTests : IDisposable
{
    private static readonly LeaseTimes Quick = new(
        TimeSpan.FromMilliseconds(20),
        TimeSpan.FromMilliseconds(400),
        TimeSpan.FromMilliseconds(10)
    );
    private static readonly LeaseTimes Silent = Quick with { Beat = Timeout.InfiniteTimeSpan };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_dead_owner_on_this_machine_is_followed_at_once()
    {
        Take(Dead(), Silent); // not let go of
        Assert.False(Lease.IsTaken(folder.Path, LeaseOwner.Current, LeaseTimes.Default, TimeProvider.System));
        using var next = Lease.Take(folder.Path, LeaseOwner.Current, LeaseTimes.Default, TimeProvider.System, () =>
            Assert.Fail("nobody has it")
        );
        Assert.Equal(2, next.Number);
    }

    [Fact]
    public void A_later_process_with_the_same_id_is_another()
    {
        Take(LeaseOwner.Current with { Started = "before" }, Silent);
        Assert.False(Lease.IsTaken(folder.Path, LeaseOwner.Current, LeaseTimes.Default, TimeProvider.System));
    }

    [Fact]
    public void Of_a_process_that_cannot_be_seen_nothing_is_known_until_it_is_gone()
    {
        Assert.Null((LeaseOwner.Current with { Started = "" }).IsAlive(LeaseOwner.Current)); // its start could not be read
        Assert.False((Dead() with { Started = "" }).IsAlive(LeaseOwner.Current));
        Assert.True(LeaseOwner.Current.IsAlive(LeaseOwner.Current));
    }

    [Fact]
    public void Whether_an_owner_on_another_machine_lives_is_told_by_the_file_systems_clock_and_not_by_this_machines()
    {
        using var silent = Take(On("other"), Silent);
        Assert.True(Lease.IsTaken(folder.Path, LeaseOwner.Current, LeaseTimes.Default, new ManualTime())); // decades apart
        File.SetLastWriteTimeUtc(folder["lease-1"], DateTime.UtcNow - TimeSpan.FromMinutes(3));
        Assert.False(Lease.IsTaken(folder.Path, LeaseOwner.Current, LeaseTimes.Default, new ManualTime()));
        Assert.Equal([folder["lease-1"]], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_silent_owner_on_another_machine_is_followed_when_he_is_stale_and_not_before()
    {
        using var silent = Take(On("other"), Silent);
        Assert.True(
            Lease.IsTaken(
                folder.Path,
                LeaseOwner.Current,
                Quick with
                {
                    Stale = TimeSpan.FromMinutes(1),
                },
                TimeProvider.System
            )
        );
        var watch = Stopwatch.StartNew();
        using var next = Take(LeaseOwner.Current, Quick);
        Assert.InRange(watch.Elapsed, Quick.Stale - TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(20));
        Assert.False(silent.Lost.IsCancellationRequested); // it has not looked yet
        Assert.Throws<OperationCanceledException>(silent.Confirm);
        next.Confirm();
    }

    [Fact]
    public void An_owner_on_another_machine_that_shows_signs_of_life_is_waited_for_whatever_the_clocks_say()
    {
        var living = Take(On("other"), Quick);
        File.SetLastWriteTimeUtc(folder["lease-1"], new(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var watch = Stopwatch.StartNew();
        Assert.Throws<OperationCanceledException>(() =>
            Lease.Take(folder.Path, LeaseOwner.Current, Quick, TimeProvider.System, () =>
            {
                if (watch.Elapsed > 3 * Quick.Stale)
                {
                    throw new OperationCanceledException();
                }
            })
        );
        living.Dispose();
        Take(LeaseOwner.Current, Quick).Dispose();
    }

    [Fact]
    public void Time_without_a_look_makes_nobody_dead()
    {
        using var silent = Take(On("other"), Silent);
        var (time, looks) = (new ManualTime(), 0);
        using var next = Lease.Take(
            folder.Path,
            LeaseOwner.Current,
            Silent with
            {
                Stale = TimeSpan.FromSeconds(20),
                Look = TimeSpan.Zero,
            },
            time,
            () =>
            {
                looks++;
                time.Now += TimeSpan.FromHours(1); // the machine sleeps, or the file system hangs
            }
        );
        Assert.Equal(10, looks); // at most two seconds each
    }

    [Fact]
    public void An_owner_that_was_taken_for_dead_is_told()
    {
        using var first = Take(On("other"), Quick with { Beat = TimeSpan.FromMilliseconds(700) });
        using var second = Take(LeaseOwner.Current, Quick);
        Assert.True(first.Lost.WaitHandle.WaitOne(TimeSpan.FromSeconds(20)));
        Assert.False(second.Lost.IsCancellationRequested);
    }

    [Fact]
    public void Of_many_that_race_one_at_a_time_has_it_also_over_a_stale_owner()
    {
        Take(On("gone"), Silent);
        var (inside, most, turns) = (0, new ConcurrentBag<int>(), new ConcurrentBag<int>());
        var racers = Enumerable
            .Range(0, 8)
            .Select(i => new Thread(() =>
            {
                for (var turn = 0; turn < 5; turn++)
                {
                    using var lease = Take(On($"machine {i}"), Quick with { Stale = TimeSpan.FromSeconds(2) });
                    most.Add(Interlocked.Increment(ref inside));
                    turns.Add(lease.Number);
                    Thread.Sleep(2);
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
    public void A_lease_that_cannot_be_read_is_not_taken_from_its_owner_at_once()
    {
        File.WriteAllText(folder["lease-7"], "");
        var watch = Stopwatch.StartNew();
        using var next = Take(LeaseOwner.Current, Quick);
        Assert.Equal(8, next.Number);
        Assert.InRange(watch.Elapsed, Quick.Stale - TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(20));
    }

    private Lease Take(LeaseOwner owner, LeaseTimes times) =>
        Lease.Take(folder.Path, owner, times, TimeProvider.System, () => { });

    private static LeaseOwner On(string host) => LeaseOwner.Current with { Host = host };

    private static LeaseOwner Dead()
    {
        using var process = Process.Start("/bin/true");
        process.WaitForExit();
        return LeaseOwner.Current with { Process = process.Id };
    }
}
