using TransferLens.Plans;

namespace TransferLens.Artifacts;

/// <summary>
/// Finished tasks' artifacts, one folder each, named by the task's key. An artifact appears by one atomic rename; a
/// half-written one is never seen. Every file in it has a recorded SHA-256 that is checked when the artifact is opened.
/// </summary>
/// <remarks>
/// Layout: <c>artifacts/KEY/</c> the finished ones, each with an <c>artifact.json</c>; <c>tasks/KEY.json</c> the specs
/// that workers read; <c>running/KEY/</c> work kept for resuming, progress and log.
/// </remarks>
public sealed class ArtifactStore
{
    /// <summary>Opens the store in a folder, which is made on first writing.</summary>
    /// <param name="folder">The store's folder.</param>
    public ArtifactStore(string folder) => Folder = Path.GetFullPath(folder);

    /// <summary>Full path of the store's folder.</summary>
    public string Folder { get; }

    /// <summary>Whether the artifact of a task is there.</summary>
    public bool Holds(TaskSpec task) => Directory.Exists(Path.Combine(Folder, "artifacts", task.Key));
}
