using System.Text.Json;
using TransferLens.Execution.Leases;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Execution.Artifacts;

/// <summary>
/// A task's work in progress: the files from which it resumes after a crash, its progress and its log.
/// </summary>
/// <param name="folder">Its folder.</param>
/// <param name="time">The clock.</param>
internal sealed class RunningTask(string folder, TimeProvider time)
{
    /// <summary>Folder of the files from which the task resumes.</summary>
    public string Work => Path.Combine(folder, "work");

    /// <summary>Folder of the task's partial results.</summary>
    public string Parts => Path.Combine(Work, "parts");

    /// <summary>The file with what the worker printed.</summary>
    public string Log => Path.Combine(folder, "log.txt");

    /// <summary>Whether the task failed in a way in which it would fail again.</summary>
    public bool IsRefused => File.Exists(Refusal);

    private string Progress => Path.Combine(folder, "progress.json");

    private string Problem => Path.Combine(folder, "problem.txt");

    private string Refusal => Path.Combine(folder, "refused");

    /// <summary>
    /// Takes the task for this process, and waits while a living process on any machine has it. The task is released
    /// when the lease is disposed or the process dies.
    /// </summary>
    /// <param name="waiting">Called repeatedly during the wait; may throw to give up.</param>
    public Lease Take(Action waiting) => Lease.Take(folder, LeaseOwner.Current, LeaseTimes.Default, time, waiting);

    /// <summary>Whether a process has the task now.</summary>
    public bool IsTaken() => Lease.IsTaken(folder, LeaseOwner.Current, LeaseTimes.Default, time);

    /// <summary>Writes the task's progress. If that fails, for example on a full disk, the task goes on.</summary>
    public void Write(TaskProgress progress) =>
        TryReplace(Progress, JsonSerializer.Serialize(progress, StudyJson.Options));

    /// <summary>Reads the task's progress; null when unknown.</summary>
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

    /// <summary>Records why the task failed, or clears the record before another attempt.</summary>
    /// <param name="problem">Why, in one sentence; null to clear the record.</param>
    /// <param name="refused">Whether the task's inputs are unusable, so that it would fail again.</param>
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

    /// <summary>Why the task failed, in one sentence; null when it did not fail or recorded no reason.</summary>
    public string? Failure() => File.Exists(Problem) && File.ReadAllText(Problem) is { Length: > 0 } why ? why : null;

    /// <summary>Prepares an attempt: keeps the work of earlier attempts and creates an empty output folder.</summary>
    /// <param name="lease">The lease under which the task is computed.</param>
    /// <returns>
    /// The folder for the artifact's files. No other lease uses it: an owner that was presumed dead may still be
    /// writing into its own.
    /// </returns>
    public string Begin(Lease lease)
    {
        Directory.CreateDirectory(Work);
        ClearOutputs();
        Fail(null);
        return Directory.CreateDirectory(Path.Combine(folder, $"output-{lease.Number}")).FullName;
    }

    /// <summary>Removes the files that a committed task no longer needs. The log and the leases stay.</summary>
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
            // A network file system may keep a name for a while. What is left takes space but does no harm.
        }
    }

    /// <summary>Does what <see cref="End"/> does where the task did not come to it.</summary>
    public void EndLeftOver()
    {
        if (Directory.Exists(Work))
        {
            End();
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
                // An owner that was presumed dead is writing into it. A later attempt removes it.
            }
        }
    }

    // Losing these files does no harm: they are renamed into place without a flush, and skipped when writing fails.
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
