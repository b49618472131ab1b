using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace TransferLens.Execution.Artifacts;

/// <summary>Something in a store that nobody needs.</summary>
/// <param name="Path">Full path of the file or folder.</param>
/// <param name="What">What it is, in a few words.</param>
/// <param name="Bytes">What it takes.</param>
public sealed record Leftover(string Path, string What, long Bytes);

/// <summary>Finds and removes what no run of a store needs. Nobody may work in the store meanwhile.</summary>
public static class StoreCleaning
{
    /// <summary>Artifacts of no plan, with what workers knew of them and left, and drafts that a crash left behind.</summary>
    /// <param name="store">The store's folder.</param>
    /// <param name="needed">Keys of all tasks of all runs of the store.</param>
    public static ImmutableArray<Leftover> Find(string store, IReadOnlySet<string> needed)
    {
        bool Spare(string path) => !needed.Contains(Path.GetFileNameWithoutExtension(path));

        return
        [
            .. Folders("artifacts").Where(IsHidden).Select(path => Of(path, "an artifact that was being removed")),
            .. Folders("artifacts")
                .Where(path => !IsHidden(path) && Spare(path))
                .Select(path => Of(path, $"artifact of '{Title(path)}'")),
            .. Folders("running").Where(Spare).Select(path => Of(path, "work on a task that no run has")),
            .. Folders("slurm")
                .Where(path => File.Exists(Path.Combine(path, "submission.json")))
                .Select(path => Of(path, "script and words of a job array that ended")),
            .. Files("tasks")
                .Where(path => path.EndsWith(".part", StringComparison.Ordinal))
                .Select(path => Of(path, "a draft that was not finished")),
            .. Files("tasks")
                .Where(path => path.EndsWith(".json", StringComparison.Ordinal) && Spare(path))
                .Select(path => Of(path, "a task that no run has")),
        ];

        IEnumerable<string> Folders(string part) => Entries(part, Directory.GetDirectories);

        IEnumerable<string> Files(string part) => Entries(part, Directory.GetFiles);

        IEnumerable<string> Entries(string part, Func<string, string[]> list) =>
            Path.Combine(store, part) is var folder && Directory.Exists(folder)
                ? list(folder).Order(StringComparer.Ordinal)
                : [];
    }

    /// <summary>Removes what <see cref="Find"/> found. An artifact is there whole or not at all, also while it is removed.</summary>
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

    private static Leftover Of(string path, string what) =>
        new(
            path,
            what,
            File.Exists(path)
                ? new FileInfo(path).Length
                : new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length)
        );

    private static string Title(string artifact)
    {
        try
        {
            return (string?)JsonNode.Parse(File.ReadAllText(Path.Combine(artifact, "artifact.json")))?["task"]?["title"]
                ?? "?";
        }
        catch (Exception unreadable)
            when (unreadable is IOException or System.Text.Json.JsonException or InvalidOperationException)
        {
            return "?";
        }
    }
}
