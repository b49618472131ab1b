using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Storage;

namespace TransferLens.Execution.Artifacts;

/// <summary>
/// The artifacts of finished tasks: one folder each, named by the task's key. An artifact appears by one atomic rename,
/// so nobody ever sees a half-written one. Every file has a recorded SHA-256, which is checked when the artifact is
/// opened; the record itself is protected by a digest of its own.
/// </summary>
/// <remarks>
/// Layout: <c>artifacts/KEY/</c> contains the files of a finished task and an <c>artifact.json</c>,
/// <c>tasks/KEY.json</c> is the specification that workers read, and <c>running/KEY/</c> contains the work from which a
/// task resumes, its progress and its log. <c>networks/</c> contains the files of networks that studies name.
/// </remarks>
public sealed class ArtifactStore
{
    /// <summary>Name of the folder of the scripts and output of cluster jobs.</summary>
    internal const string JobsFolder = "slurm";

    /// <summary>Name of the folder of networks.</summary>
    internal const string NetworksFolder = "networks";

    private readonly TimeProvider time;

    /// <summary>Opens the store in a folder. The folder is created by the first write.</summary>
    /// <param name="folder">The store's folder.</param>
    public ArtifactStore(string folder)
        : this(folder, TimeProvider.System) { }

    internal ArtifactStore(string folder, TimeProvider time)
    {
        Folder = Path.GetFullPath(folder);
        this.time = time;
    }

    /// <summary>Full path of the store's folder.</summary>
    public string Folder { get; }

    /// <summary>The folder of the networks that studies take from files.</summary>
    internal string Networks => Path.Combine(Folder, NetworksFolder);

    private string Artifacts => Path.Combine(Folder, "artifacts");

    private string Tasks => Path.Combine(Folder, "tasks");

    /// <summary>Whether the store contains the artifact of a task. Checks no digests.</summary>
    public bool Contains(TaskSpec task) => Contains(task.Key);

    /// <summary>Whether the store contains the artifact with a key. Checks no digests.</summary>
    public bool Contains(string key) => Directory.Exists(PathOf(key));

    /// <summary>
    /// Whether the store contains the artifact of a task undamaged. A damaged artifact is removed, and so is the work
    /// that a task left which was killed right after it had published its artifact.
    /// </summary>
    internal bool ContainsIntact(TaskSpec task)
    {
        if (!Contains(task))
        {
            return false;
        }

        try
        {
            Open(task.Key);
            Running(task.Key).EndLeftOver();
            return true;
        }
        catch (DamagedArtifactException)
        {
            Discard(task.Key);
            return false;
        }
    }

    /// <summary>
    /// The keys of all artifacts, from one listing of the folder. Listing makes a network file system refresh its
    /// cache; without it, a new artifact may stay invisible for up to a minute.
    /// </summary>
    internal IReadOnlySet<string> Keys()
    {
        var artifacts = new DirectoryInfo(Artifacts);
        return artifacts.Exists
            ? artifacts.EnumerateDirectories().Select(folder => folder.Name).ToHashSet(StringComparer.Ordinal)
            : [];
    }

    /// <summary>The folder of a task's work in progress.</summary>
    internal RunningTask Running(string key) => new(Path.Combine(Folder, "running", Checked(key)), time);

    /// <summary>
    /// Checks the digest of every file of an artifact and returns its folder, which must only be read.
    /// </summary>
    /// <param name="key">The task's key.</param>
    /// <exception cref="DamagedArtifactException">
    /// The artifact or one of its files is missing, or a file was changed.
    /// </exception>
    public string Open(string key)
    {
        foreach (var (name, digest) in Manifest(key)["files"]!.AsObject())
        {
            CheckedFile(key, name, (string?)digest);
        }

        return PathOf(key);
    }

    /// <summary>Checks the digest of one file of an artifact and returns its text.</summary>
    /// <param name="key">The task's key.</param>
    /// <param name="name">Name of the file in the artifact.</param>
    /// <exception cref="DamagedArtifactException">
    /// The artifact or the file is missing, or the file was changed.
    /// </exception>
    public string Read(string key, string name) =>
        File.ReadAllText(CheckedFile(key, name, (string?)Manifest(key)["files"]![name]));

    /// <summary>The manifest of an artifact: its task, its provenance, and the digests of its files.</summary>
    /// <exception cref="DamagedArtifactException">The artifact is missing, or its manifest was changed.</exception>
    internal JsonObject Manifest(string key) => ArtifactManifest.Read(PathOf(key), key);

    /// <summary>Makes a folder of finished files the artifact of a task. The folder is moved into the store.</summary>
    /// <param name="task">The task.</param>
    /// <param name="finished">The folder; must be on the store's file system.</param>
    /// <param name="provenance">Where, when and by which software the files were computed.</param>
    internal void Commit(TaskSpec task, string finished, JsonObject provenance)
    {
        var files = ArtifactManifest.Write(task, finished, provenance);
        foreach (var name in files)
        {
            DurableFile.Flush(Path.Combine(finished, name));
        }

        foreach (var inner in Directory.GetDirectories(finished, "*", SearchOption.AllDirectories).Append(finished))
        {
            DurableFile.FlushFolder(inner);
        }

        Directory.CreateDirectory(Artifacts);
        try
        {
            Directory.Move(finished, PathOf(task.Key));
            DurableFile.FlushFolder(Artifacts);
        }
        catch (IOException) when (Contains(task))
        {
            // Another worker was faster. Equal keys have equal artifacts.
            Directory.Delete(finished, recursive: true);
        }
    }

    /// <summary>Removes an artifact, so that the next run computes it again.</summary>
    internal void Discard(string key) => Remove(PathOf(key));

    /// <summary>
    /// Removes a folder of a store. It is renamed first, so that nobody sees a partly removed folder under its old
    /// name.
    /// </summary>
    internal static void Remove(string folder)
    {
        var discarded = Path.Combine(Path.GetDirectoryName(folder)!, $".discarded-{UniqueName.Create()}");
        try
        {
            Directory.Move(folder, discarded);
        }
        catch (DirectoryNotFoundException)
        {
            return; // Another run removed it first.
        }

        Directory.Delete(discarded, recursive: true);
    }

    /// <summary>Writes the specifications of tasks for the workers. Unchanged ones are not written again.</summary>
    /// <param name="tasks">The tasks; their inputs must be among them or already written.</param>
    internal void WriteTasks(IEnumerable<TaskSpec> tasks)
    {
        Directory.CreateDirectory(Tasks);
        var files = tasks.Select(task =>
            (Name: $"{Checked(task.Key)}.json", Text: TaskFile.Write(task).ToJsonString(ArtifactManifest.Indented))
        );
        DurableFile.WriteAll(Tasks, files.Where(file => IsNew(Path.Combine(Tasks, file.Name), file.Text)));

        static bool IsNew(string path, string text) => !File.Exists(path) || File.ReadAllText(path) != text;
    }

    /// <summary>Reads the specification of a task, and those of its inputs.</summary>
    /// <exception cref="InputException">The store has no task with this key.</exception>
    internal TaskSpec ReadTask(string key)
    {
        var path = Path.Combine(Tasks, $"{Checked(key)}.json");
        return File.Exists(path)
            ? TaskFile.Read(JsonNode.Parse(File.ReadAllText(path))!.AsObject(), ReadTask)
            : throw new InputException(
                $"The store '{Folder}' has no task {key}. Plan the study again to list the keys of its tasks."
            );
    }

    private string PathOf(string key) => Path.Combine(Artifacts, Checked(key));

    private string CheckedFile(string key, string name, string? digest)
    {
        var path = Path.Combine(PathOf(key), name);
        return digest is not null && File.Exists(path) && ArtifactManifest.Digest(path) == digest
            ? path
            : throw new DamagedArtifactException(key, $"its file '{name}' is missing or was changed");
    }

    private static string Checked(string key) =>
        key.Length == 64 && key.All(char.IsAsciiHexDigitLower)
            ? key
            : throw new InputException($"'{key}' is not a task key. A key has 64 lowercase hexadecimal digits.");
}
