using System.Collections.Concurrent;
using TransferLens.Studies.Storage;

namespace TransferLens.Execution.Leases;

/// <summary>The clock that a file system uses for the dates of files. On a network it is another machine's.</summary>
internal static class FileClock
{
    // A run looks at a hundred folders twice a second, and clocks drift slowly.
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);
    private static readonly ConcurrentDictionary<(string Parent, TimeProvider Time), (long At, TimeSpan Ahead)> known =
        new();

    /// <summary>
    /// The file system's time, taken from the date of a temporary file; this machine's time where none can be written.
    /// The difference between the two clocks is measured once a minute for all folders with the same parent.
    /// </summary>
    /// <param name="folder">A folder on the file system.</param>
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
        var probe = Path.Combine(folder, $".time-{UniqueName.Create()}");
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
