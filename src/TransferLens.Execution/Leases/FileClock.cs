using System.Collections.Concurrent;

namespace TransferLens.Execution.Leases;

/// <summary>The clock by which a file system dates its files; on a network it is another machine's.</summary>
internal static class FileClock
{
    // A run looks at a hundred folders twice a second; clocks drift slowly.
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);
    private static readonly ConcurrentDictionary<(string Parent, TimeProvider Time), (long At, TimeSpan Ahead)> known =
        new();

    /// <summary>What the time is: the date of a file that is written for it and removed; by this machine's clock where none can be written. Asked once a minute for the folders beside each other.</summary>
    /// <param name="folder">A folder of the file system.</param>
    /// <param name="time">This machine's clock.</param>
    public static DateTimeOffset Now(string folder, TimeProvider time)
    {
        var place = (Path.GetDirectoryName(Path.GetFullPath(folder)) ?? folder, time);
        if (!known.TryGetValue(place, out var last) || time.GetElapsedTime(last.At) > Fresh)
        {
            last = (time.GetTimestamp(), Ahead(folder, time));
            known[place] = last;
        }

        return time.GetUtcNow() + last.Ahead;
    }

    private static TimeSpan Ahead(string folder, TimeProvider time)
    {
        var probe = Path.Combine(folder, $".time-{Guid.NewGuid():n}");
        try
        {
            File.WriteAllText(probe, "");
            var ahead = File.GetLastWriteTimeUtc(probe) - time.GetUtcNow();
            File.Delete(probe);
            return ahead;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return TimeSpan.Zero;
        }
    }
}
