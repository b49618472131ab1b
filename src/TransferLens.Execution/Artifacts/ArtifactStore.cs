using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Storage;

namespace TransferLens.Execution.Artifacts;

/// <summary>
/// Finished tasks' artifacts, one folder each, named by the task's key. An artifact appears by one atomic rename; a
/// half-written one is never seen. Every file in it has a recorded SHA-256 that is checked when the artifact is opened, and
/// the record has one of its own.
/// </summary>
/// <remarks>
/// Layout: <c>artifacts/KEY/</c> the finished ones, each with an <c>artifact.json</c>; <c>tasks/KEY.json</c> the specs
/// that workers read; <c>running/KEY/</c> work kept for resuming, progress and log.
/// </remarks>
public sealed class ArtifactStore
{
    private const string ManifestFile = "artifact.json";
    private const string SealMember = "seal";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Opens the store in a folder, which is made on first writing.</summary>
    /// <param name="folder">The store's folder.</param>
    public ArtifactStore(string folder) => Folder = Path.GetFullPath(folder);

    /// <summary>Full path of the store's folder.</summary>
    public string Folder { get; }

    /// <summary>Whether the artifact of a task is there.</summary>
    public bool Holds(TaskSpec task) => Holds(task.Key);

    /// <summary>Whether the artifact with a key is there.</summary>
    public bool Holds(string key) => Directory.Exists(PathOf(key));

    /// <summary>Keys of all artifacts that are there, by one look at the folder: that has a network file system look anew, which may take a missing one for missing for a minute otherwise.</summary>
    public IReadOnlySet<string> Keys()
    {
        var artifacts = new DirectoryInfo(Path.Combine(Folder, "artifacts"));
        return artifacts.Exists
            ? artifacts.EnumerateDirectories().Select(folder => folder.Name).ToHashSet(StringComparer.Ordinal)
            : [];
    }

    /// <summary>Whether the artifact of a task is there and whole; a damaged one is as good as none, and is removed.</summary>
    public bool HoldsWhole(TaskSpec task)
    {
        if (!Holds(task))
        {
            return false;
        }

        try
        {
            Open(task.Key);
            return true;
        }
        catch (DamagedArtifactException)
        {
            Discard(task.Key);
            return false;
        }
    }

    /// <summary>The folder of a task's work in progress.</summary>
    public RunningTask Running(string key) => new(Path.Combine(Folder, "running", Checked(key)));

    /// <summary>The artifact's folder, once every file in it was seen to be what was written; read only.</summary>
    /// <param name="key">The task's key.</param>
    /// <exception cref="DamagedArtifactException">The artifact is missing or a file is not what was written.</exception>
    public string Open(string key)
    {
        var folder = PathOf(key);
        foreach (var (name, digest) in Manifest(key)["files"]!.AsObject())
        {
            var path = Path.Combine(folder, name);
            if (!File.Exists(path) || FileSha256(path) != (string)digest!)
            {
                throw new DamagedArtifactException(key, $"its file '{name}' is missing or not what was written");
            }
        }

        return folder;
    }

    /// <summary>The text of one file of an artifact, once it was seen to be what was written.</summary>
    /// <param name="key">The task's key.</param>
    /// <param name="name">Name of the file in the artifact.</param>
    /// <exception cref="DamagedArtifactException">The artifact or the file is missing, or not what was written.</exception>
    public string Read(string key, string name)
    {
        var path = Path.Combine(PathOf(key), name);
        return Manifest(key)["files"]![name] is { } digest && File.Exists(path) && FileSha256(path) == (string)digest!
            ? File.ReadAllText(path)
            : throw new DamagedArtifactException(key, $"its file '{name}' is missing or not what was written");
    }

    /// <summary>Who made an artifact, where and when, and the digests of its files; seen to be what was written.</summary>
    /// <exception cref="DamagedArtifactException">The artifact is missing or not whole.</exception>
    public JsonObject Manifest(string key)
    {
        try
        {
            var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(PathOf(key), ManifestFile)))!.AsObject();
            var seal = (string?)manifest[SealMember];
            manifest.Remove(SealMember);
            return seal == Seal(manifest) ? manifest : throw new JsonException("The list of its files was changed.");
        }
        catch (Exception failure)
            when (failure
                    is IOException
                        or JsonException
                        or InvalidOperationException
                        or NullReferenceException
                        or ArgumentException
            )
        {
            throw new DamagedArtifactException(key, "it is missing or has no sound list of its files", failure);
        }
    }

    /// <summary>Makes a folder of finished files the artifact of a task. The folder is moved; nothing of it stays behind.</summary>
    /// <param name="task">The task.</param>
    /// <param name="finished">The folder, on the store's file system.</param>
    /// <param name="provenance">Who made it, where and when.</param>
    public void Commit(TaskSpec task, string finished, JsonObject provenance)
    {
        var files = Directory
            .GetFiles(finished, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(path => KeyValuePair.Create(Path.GetRelativePath(finished, path), (JsonNode?)FileSha256(path)))
            .ToImmutableArray();
        var manifest = new JsonObject
        {
            ["task"] = TaskFile.Write(task),
            ["provenance"] = provenance,
            ["files"] = new JsonObject(files),
        };
        manifest[SealMember] = Seal(manifest);
        DurableFile.Write(Path.Combine(finished, ManifestFile), manifest.ToJsonString(Indented));
        foreach (var (name, _) in files)
        {
            DurableFile.Flush(Path.Combine(finished, name));
        }

        foreach (var inner in Directory.GetDirectories(finished, "*", SearchOption.AllDirectories).Append(finished))
        {
            DurableFile.FlushFolder(inner);
        }

        var artifacts = Directory.CreateDirectory(Path.Combine(Folder, "artifacts")).FullName;
        try
        {
            Directory.Move(finished, PathOf(task.Key));
            DurableFile.FlushFolder(artifacts);
        }
        catch (IOException) when (Holds(task))
        {
            Directory.Delete(finished, recursive: true); // Another worker was faster; equal keys have equal artifacts.
        }
    }

    /// <summary>Removes an artifact that cannot be used, so that it is computed again.</summary>
    public void Discard(string key) => Remove(PathOf(key));

    /// <summary>Removes a folder of a store. Renamed first: it is there whole or not at all, also while it is being removed.</summary>
    internal static void Remove(string folder)
    {
        var aside = Path.Combine(Path.GetDirectoryName(folder)!, $".discarded-{Guid.NewGuid():n}");
        try
        {
            Directory.Move(folder, aside);
        }
        catch (DirectoryNotFoundException)
        {
            return; // Another run saw the same and was faster.
        }

        Directory.Delete(aside, recursive: true);
    }

    /// <summary>Writes down what workers need to know of tasks.</summary>
    /// <param name="tasks">Tasks; their inputs among them or written before.</param>
    public void Describe(IEnumerable<TaskSpec> tasks)
    {
        DurableFile.WriteAll(
            Directory.CreateDirectory(Path.Combine(Folder, "tasks")).FullName,
            tasks
                .Select(task => (Name: $"{Checked(task.Key)}.json", Text: TaskFile.Write(task).ToJsonString(Indented)))
                .Where(file =>
                    !File.Exists(Path.Combine(Folder, "tasks", file.Name))
                    || File.ReadAllText(Path.Combine(Folder, "tasks", file.Name)) != file.Text
                )
        );
    }

    /// <summary>What <see cref="Describe"/> wrote, with inputs.</summary>
    /// <exception cref="InputException">No such task was described in this store.</exception>
    public TaskSpec Task(string key)
    {
        var path = TaskPath(key);
        return File.Exists(path)
            ? TaskFile.Read(JsonNode.Parse(File.ReadAllText(path))!.AsObject(), Task)
            : throw new InputException(
                $"The store '{Folder}' knows no task {key}; `transferlens plan` lists the keys of a study's tasks."
            );
    }

    private string PathOf(string key) => Path.Combine(Folder, "artifacts", Checked(key));

    private string TaskPath(string key) => Path.Combine(Folder, "tasks", $"{Checked(key)}.json");

    private static string Checked(string key) =>
        key.Length == 64 && key.All(char.IsAsciiHexDigitLower)
            ? key
            : throw new InputException($"'{key}' is no task's key: a key has 64 hexadecimal digits.");

    // Taken of what a reader parses, so that it does not depend on how a value was made.
    private static string Seal(JsonObject manifest) =>
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(JsonNode.Parse(manifest.ToJsonString())!.ToJsonString()))
        );

    private static string FileSha256(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
