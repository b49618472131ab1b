using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using TransferLens.Studies.Storage;

namespace TransferLens.Execution.Artifacts;

/// <summary>Which runs take from a store, so that cleaning it knows what is needed: <c>runs/</c> in the store, a file a run with its path.</summary>
public static class StoreRuns
{
    private const string Part = "runs";

    /// <summary>Notes that a run takes from a store.</summary>
    /// <param name="store">The store's folder.</param>
    /// <param name="run">Full path of the run's folder.</param>
    public static void Note(string store, string run)
    {
        var path = PathOf(store, run);
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            DurableFile.Write(path, run);
        }
    }

    /// <summary>Folders of the runs that were noted; some may be gone or have moved.</summary>
    /// <param name="store">The store's folder.</param>
    public static ImmutableArray<string> Of(string store)
    {
        var folder = Path.Combine(store, Part);
        return Directory.Exists(folder)
            ? [.. Directory.GetFiles(folder, "*.txt").Order(StringComparer.Ordinal).Select(File.ReadAllText)]
            : [];
    }

    /// <summary>Runs that were noted and whose folder holds no plan now: deleted, moved, or on a disk that is away.</summary>
    /// <param name="store">The store's folder.</param>
    public static ImmutableArray<string> Missing(string store) =>
        [.. Of(store).Where(run => !File.Exists(Path.Combine(run, "plan.json")))];

    /// <summary>Notes no longer that these runs take from a store.</summary>
    public static void Forget(string store, IEnumerable<string> runs)
    {
        foreach (var run in runs)
        {
            File.Delete(PathOf(store, run));
        }
    }

    private static string PathOf(string store, string run) =>
        Path.Combine(
            store,
            Part,
            $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(run)))[..16]}.txt"
        );
}
