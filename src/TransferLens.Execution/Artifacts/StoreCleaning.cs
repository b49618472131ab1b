using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TransferLens.Execution.Artifacts;

/// <summary>A file or folder in a store that no run needs.</summary>
/// <param name="Path">Full path of the file or folder.</param>
/// <param name="What">What it is, in a few words.</param>
/// <param name="Bytes">Its size.</param>
internal sealed record Leftover(string Path, string What, long Bytes);

/// <summary>Finds and removes what no run of a store needs. No task may run in the store meanwhile.</summary>
internal static class StoreCleaning
{
    /// <summary>
    /// Finds artifacts that belong to no plan, the specifications and work of their tasks, ended job arrays, and drafts
    /// that a crash left behind.
    /// </summary>
    /// <param name="store">The store's folder.</param>
    /// <param name="needed">Keys of all tasks of all runs of the store.</param>
    /// <param name="networks">Names of the networks of all runs; a network from a file is kept in a folder that its
    /// name ends with.</param>
    public static ImmutableArray<Leftover> Find(
        string store,
        IReadOnlySet<string> needed,
        IReadOnlyCollection<string> networks
    )
    {
        return
        [
            .. Folders("artifacts").Where(IsHidden).Select(path => Describe(path, "a partly removed artifact")),
            .. Folders("artifacts")
                .Where(path => !IsHidden(path) && IsUnneeded(path))
                .Select(path => Describe(path, $"artifact of '{Title(path)}'")),
            .. Folders("running").Where(IsUnneeded).Select(path => Describe(path, "work on a task of no run")),
            .. Folders(ArtifactStore.JobsFolder)
                .Where(path => File.Exists(Path.Combine(path, "submission.json")))
                .Select(path => Describe(path, "script and output of an ended job array")),
            .. Folders(ArtifactStore.NetworksFolder)
                .Where(path => !networks.Any(name => name.EndsWith(Path.GetFileName(path), StringComparison.Ordinal)))
                .Select(path => Describe(path, "a network of no run")),
            .. Files("tasks")
                .Where(path => path.EndsWith(".part", StringComparison.Ordinal))
                .Select(path => Describe(path, "an unfinished draft")),
            .. Files("tasks")
                .Where(path => path.EndsWith(".json", StringComparison.Ordinal) && IsUnneeded(path))
                .Select(path => Describe(path, "a task of no run")),
        ];

        bool IsUnneeded(string path) => !needed.Contains(Path.GetFileNameWithoutExtension(path));

        IEnumerable<string> Folders(string part) => Entries(part, Directory.GetDirectories);

        IEnumerable<string> Files(string part) => Entries(part, Directory.GetFiles);

        IEnumerable<string> Entries(string part, Func<string, string[]> list) =>
            Path.Combine(store, part) is var folder && Directory.Exists(folder)
                ? list(folder).Order(StringComparer.Ordinal)
                : [];
    }

    /// <summary>Removes what <see cref="Find"/> found. Nobody sees a partly removed artifact.</summary>
    public static void Remove(IEnumerable<Leftover> leftovers)
    {
        foreach (var path in leftovers.Select(leftover => leftover.Path))
        {
            if (File.Exists(path))
            {
                File.Delete(path);
            }
            else
            {
                ArtifactStore.Remove(path);
            }
        }
    }

    private static bool IsHidden(string path) => Path.GetFileName(path)[0] == '.';

    private static Leftover Describe(string path, string what)
    {
        var bytes = File.Exists(path)
            ? new FileInfo(path).Length
            : new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        return new(path, what, bytes);
    }

    private static string Title(string artifact)
    {
        const string unknown = "?";
        try
        {
            var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(artifact, "artifact.json")));
            return (string?)manifest?["task"]?["title"] ?? unknown;
        }
        catch (Exception failure) when (failure is IOException or JsonException or InvalidOperationException)
        {
            return unknown;
        }
    }
}
