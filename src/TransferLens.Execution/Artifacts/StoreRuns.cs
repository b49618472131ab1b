using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using TransferLens.Studies.Storage;

namespace TransferLens.Execution.Artifacts;

/// <summary>
/// The runs that use a store, so that cleaning it keeps what they need. Each run has a file in the store's folder
/// <c>runs</c>, which contains the path of the run's folder.
/// </summary>
internal static class StoreRuns
{
    private const string Part = "runs";

    /// <summary>Records that a run uses a store.</summary>
    /// <param name="store">The store's folder.</param>
    /// <param name="run">Full path of the run's folder.</param>
    public static void Register(string store, string run)
    {
        var path = PathOf(store, run);
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            DurableFile.Write(path, run);
        }
    }

    /// <summary>Folders of the registered runs. Some may have been moved or deleted.</summary>
    /// <param name="store">The store's folder.</param>
    public static ImmutableArray<string> List(string store)
    {
        var folder = Path.Combine(store, Part);
        return Directory.Exists(folder)
            ? [.. Directory.GetFiles(folder, "*.txt").Order(StringComparer.Ordinal).Select(File.ReadAllText)]
            : [];
    }

    /// <summary>
    /// Registered runs whose folder contains no plan: deleted, moved, or on a disk that is not mounted.
    /// </summary>
    /// <param name="store">The store's folder.</param>
    public static ImmutableArray<string> Missing(string store) =>
        [.. List(store).Where(run => !File.Exists(Path.Combine(run, "plan.json")))];

    /// <summary>Removes the records of runs.</summary>
    /// <param name="store">The store's folder.</param>
    /// <param name="runs">Full paths of the runs' folders.</param>
    public static void Unregister(string store, IEnumerable<string> runs)
    {
        foreach (var run in runs)
        {
            File.Delete(PathOf(store, run));
        }
    }

    private static string PathOf(string store, string run)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(run)));
        return Path.Combine(store, Part, $"{digest[..16]}.txt");
    }
}
