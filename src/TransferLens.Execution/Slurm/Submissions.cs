using System.Text.Json.Nodes;
using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Leases;
using TransferLens.Studies.Storage;

namespace TransferLens.Execution.Slurm;

/// <summary>
/// All job arrays that were submitted from one store, by whatever run: <c>slurm/ID/</c> each, and <c>slurm/live/ID</c> as long as
/// an element of it may wait or run. Who submits holds a lease, so that two runs on one store do not submit a task twice.
/// </summary>
/// <param name="store">The store.</param>
public sealed class Submissions(ArtifactStore store)
{
    private string Folder => Path.Combine(store.Folder, "slurm");

    private string LiveFolder => Path.Combine(Folder, "live");

    /// <summary>Keeps others from submitting until what is returned is disposed of.</summary>
    /// <param name="waiting">Called now and then while another submits; may throw to give up.</param>
    public IDisposable Hold(Action waiting) =>
        Lease.Take(
            Path.Combine(Folder, "submitting"),
            LeaseOwner.Current,
            LeaseTimes.Default,
            TimeProvider.System,
            waiting
        );

    /// <summary>Those of which an element may wait or run.</summary>
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

    /// <summary>Whether all that a submission was to compute is there.</summary>
    public bool IsDone(Submission submission) => submission.Elements.All(keys => keys.All(store.Holds));

    /// <summary>Writes one down before it is submitted.</summary>
    /// <param name="array">The array.</param>
    /// <param name="study">The study's name.</param>
    /// <param name="run">The run's folder.</param>
    /// <param name="script">Makes the script's text from the job's name and the submission's folder.</param>
    public Submission Write(JobArray array, string study, string run, Func<string, string, string> script)
    {
        var id = Guid.NewGuid().ToString("n")[..12];
        var (folder, name) = (Directory.CreateDirectory(Path.Combine(Folder, id)).FullName, $"{study}-{id}");
        DurableFile.Write(
            Path.Combine(folder, "submission.json"),
            new JsonObject { ["name"] = name, ["run"] = run }.ToJsonString()
        );
        DurableFile.Write(Path.Combine(folder, "tasks"), JobScript.Tasks(array));
        DurableFile.Write(Path.Combine(folder, "job.sh"), script(name, folder));
        Directory.CreateDirectory(LiveFolder);
        File.WriteAllText(Path.Combine(LiveFolder, id), "");
        return new(folder);
    }

    /// <summary>Says that no element of a submission waits or runs any more.</summary>
    public void Finish(Submission submission) => File.Delete(Path.Combine(LiveFolder, submission.Id));
}
