using System.Text.Json.Nodes;
using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Leases;
using TransferLens.Studies.Storage;

namespace TransferLens.Execution.Slurm;

/// <summary>
/// All job arrays that were submitted for a store, by any run. Each has a folder <c>slurm/ID/</c>, and a file
/// <c>slurm/live/ID</c> as long as one of its elements may wait or run. A process that submits holds a lease, so that
/// two runs on one store do not submit the same task.
/// </summary>
/// <param name="store">The store.</param>
internal sealed class Submissions(ArtifactStore store)
{
    /// <summary>Name of the folder of live submissions, in <see cref="ArtifactStore.JobsFolder"/>.</summary>
    public const string LiveFolderName = "live";

    private string Folder => Path.Combine(store.Folder, ArtifactStore.JobsFolder);

    private string LiveFolder => Path.Combine(Folder, LiveFolderName);

    /// <summary>Keeps other processes from submitting until the returned object is disposed.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="waiting">Called repeatedly while another process submits; may throw to give up.</param>
    public IDisposable Hold(TimeProvider time, Action waiting)
    {
        var folder = Path.Combine(Folder, "submitting");
        return Lease.Take(folder, LeaseOwner.Current, LeaseTimes.Default, time, waiting);
    }

    /// <summary>The submissions with elements that may wait or run.</summary>
    public IReadOnlyList<Submission> Live() =>
        !Directory.Exists(LiveFolder)
            ? []
            :
            [
                .. Directory
                    .GetFiles(LiveFolder)
                    .Select(Path.GetFileName)
                    .Order(StringComparer.Ordinal)
                    .Select(id => new Submission(Path.Combine(Folder, id!))),
            ];

    /// <summary>Whether all tasks of a submission are done.</summary>
    public bool IsDone(Submission submission) => submission.Elements.All(keys => keys.All(store.Contains));

    /// <summary>Records an array that is about to be submitted.</summary>
    /// <param name="array">The array.</param>
    /// <param name="study">The study's name.</param>
    /// <param name="run">The run's folder.</param>
    /// <param name="script">Creates the text of the script from the job's name and the submission's folder.</param>
    public Submission Write(JobArray array, string study, string run, Func<string, string, string> script)
    {
        var id = UniqueName.Create()[..12];
        var (folder, name) = (Directory.CreateDirectory(Path.Combine(Folder, id)).FullName, $"{study}-{id}");
        var about = new JsonObject { ["name"] = name, ["run"] = run };
        DurableFile.Write(Path.Combine(folder, "submission.json"), about.ToJsonString());
        DurableFile.Write(Path.Combine(folder, "tasks"), JobScript.Tasks(array));
        DurableFile.Write(Path.Combine(folder, "job.sh"), script(name, folder));
        Directory.CreateDirectory(LiveFolder);
        File.WriteAllText(Path.Combine(LiveFolder, id), "");
        return new(folder);
    }

    /// <summary>Records that no element of a submission waits or runs any more.</summary>
    public void Finish(Submission submission) => File.Delete(Path.Combine(LiveFolder, submission.Id));
}
