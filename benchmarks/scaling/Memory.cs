using System.Globalization;

namespace TransferLens.Scaling;

/// <summary>
/// The private memory of this process. Pages of mapped files do not count, as the system reclaims them when needed.
/// </summary>
internal static class Memory
{
    /// <summary>Private memory now, in bytes.</summary>
    public static long Private() => Status("RssAnon");

    /// <summary>Prints the memory now and after a garbage collection, and its increase per item.</summary>
    /// <param name="when">What was just done.</param>
    /// <param name="count">Number of items.</param>
    /// <param name="before">Private memory before the first item, in bytes.</param>
    public static void Print(string when, int count, long before)
    {
        var now = Private();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var kept = Private();
        var (managed, peak) = (GC.GetTotalMemory(false), Status("VmHWM"));
        string[] parts =
        [
            $"{now / 1e6:N0} MB private",
            $"{kept / 1e6:N0} MB after a collection ({managed / 1e6:N0} MB managed)",
            $"{(kept - before) / (double)count:N0} more bytes per image than before",
            $"peak with mapped pages {peak / 1e6:N0} MB",
        ];
        Console.WriteLine($"            {when}: {string.Join(", ", parts)}");
    }

    private static long Status(string name) =>
        File.ReadLines("/proc/self/status")
            .First(line => line.StartsWith($"{name}:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]
            is var kilobytes
            ? long.Parse(kilobytes.Split('\t')[^1], CultureInfo.InvariantCulture) * 1024
            : 0;
}
