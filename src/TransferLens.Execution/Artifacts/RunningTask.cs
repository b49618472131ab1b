using System.Text.Json;
using TransferLens.Execution.Leases;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Execution.Artifacts;

/// <summary>A task's work in progress: what it keeps for going on after a crash, its progress and its log.</summary>
/// <param name="folder">Its folder.</param>
public sealed class RunningTask(string folder)
{
    /// <summary>Where the task keeps what lets it go on later.</summary>
    public string Work => Path.Combine(folder, "work");

    /// <summary>What the worker printed.</summary>
    public string Log => Path.Combine(folder, "log.txt");

    private string Progress => Path.Combine(folder, "progress.json");

    private string Problem => Path.Combine(folder, "problem.txt");

    private string Refusal => Path.Combine(folder, "refused");

    /// <summary>Takes the task for this process; waits while a living process has it, on whatever machine. Let go of by disposing, or when the process dies.</summary>
    /// <param name="waiting">Called now and then while it waits; may throw to give up.</param>
    public Lease Take(Action waiting) =>
        Lease.Take(folder, LeaseOwner.Current, LeaseTimes.Default, TimeProvider.System, waiting);

    /// <summary>Whether a process has taken the task now.</summary>
    public bool IsTaken() => Lease.IsTaken(folder, LeaseOwner.Current, LeaseTimes.Default, TimeProvider.System);

    /// <summary>Writes how far the task is, where that can be written; a full disk stops no task by its progress.</summary>
    public void Write(TaskProgress progress) =>
        TryReplace(Progress, JsonSerializer.Serialize(progress, StudyJson.Options));

    /// <summary>How far the task is; null when nothing is known.</summary>
    public TaskProgress? Read()
    {
        try
        {
            return JsonSerializer.Deserialize<TaskProgress>(File.ReadAllText(Progress), StudyJson.Options);
        }
        catch (Exception failure) when (failure is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes why the task failed; null when it is tried again.</summary>
    /// <param name="problem">Why, in one sentence, or null.</param>
    /// <param name="refused">Whether it would fail again in the same way, since what it was given cannot be used.</param>
    public void Fail(string? problem, bool refused = false)
    {
        Directory.CreateDirectory(folder);
        if (refused)
        {
            TryReplace(Refusal, "");
        }
        else
        {
            File.Delete(Refusal);
        }

        if (problem is null)
        {
            File.Delete(Problem);
        }
        else
        {
            TryReplace(Problem, problem);
        }
    }

    /// <summary>Whether the task failed and would fail again.</summary>
    public bool IsRefused => File.Exists(Refusal);

    /// <summary>Why the task failed, in one sentence; null when it did not, or could not say.</summary>
    public string? Failure() => File.Exists(Problem) && File.ReadAllText(Problem) is { Length: > 0 } why ? why : null;

    /// <summary>Makes room for a new start: an empty output, and work as it was left.</summary>
    /// <param name="lease">The lease under which it is made.</param>
    /// <returns>The folder where the artifact is written before it is finished; of this lease alone, since an owner that was taken for dead may still write.</returns>
    public string Begin(Lease lease)
    {
        Directory.CreateDirectory(Work);
        ClearOutputs();
        Fail(null);
        return Directory.CreateDirectory(Path.Combine(folder, $"output-{lease.Number}")).FullName;
    }

    /// <summary>Removes what is no longer needed after the artifact is in the store; log and leases stay.</summary>
    public void End()
    {
        try
        {
            Directory.Delete(Work, recursive: true);
            ClearOutputs();
            File.Delete(Progress);
        }
        catch (IOException)
        {
            // A network file system may hold a name for a while; what stays takes room and harms nothing.
        }
    }

    private void ClearOutputs()
    {
        foreach (var output in Directory.GetDirectories(folder, "output*"))
        {
            try
            {
                Directory.Delete(output, recursive: true);
            }
            catch (IOException)
            {
                // One that was taken for dead writes in it; it is removed another time.
            }
        }
    }

    // What is written here is lost without harm: renamed, not flushed, and left out where the disk is full or only reads.
    private static void TryReplace(string path, string text)
    {
        try
        {
            File.WriteAllText($"{path}.part", text);
            File.Move($"{path}.part", path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            File.Delete($"{path}.part");
        }
    }
}
