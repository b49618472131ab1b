using System.Globalization;

namespace TransferLens.Scaling;

/// <summary>Memory of this process that is its own: pages of mapped files, which the system takes back when it needs them, are not counted.</summary>
internal static class Memory
{
    /// <summary>Bytes now.</summary>
    public static long Own() => Status("RssAnon");

    /// <summary>Prints what there is now, what stays after a collection, and how much more than before that is for each of so many.</summary>
    public static void Print(string when, int count, long before)
    {
        var now = Own();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var kept = Own();
        Console.WriteLine(
            $"            {when}: {now / 1e6:N0} MB of its own, {kept / 1e6:N0} MB after a collection ({GC.GetTotalMemory(false) / 1e6:N0} MB managed), {(kept - before) / (double)count:N0} bytes an image more than before; peak with mapped pages {Status("VmHWM") / 1e6:N0} MB"
        );
    }

    private static long Status(string name) =>
        File.ReadLines("/proc/self/status")
            .First(line => line.StartsWith($"{name}:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]
            is var kilobytes
            ? long.Parse(kilobytes.Split('\t')[^1], CultureInfo.InvariantCulture) * 1024
            : 0;
}
