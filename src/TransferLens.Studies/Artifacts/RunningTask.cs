using System.Text.Json;
using TransferLens.Execution;
using TransferLens.Studies;

namespace TransferLens.Artifacts;

/// <summary>A task's work in progress: what it keeps for going on after a crash, its progress and its log.</summary>
/// <param name="folder">Its folder.</param>
public sealed class RunningTask(string folder)
{
    /// <summary>Where the task keeps what lets it go on later.</summary>
    public string Work => Path.Combine(folder, "work");

    /// <summary>Where the artifact is written before it is finished.</summary>
    public string Output => Path.Combine(folder, "output");

    /// <summary>What the worker printed.</summary>
    public string Log => Path.Combine(folder, "log.txt");

    private string Progress => Path.Combine(folder, "progress.json");

    private string Problem => Path.Combine(folder, "problem.txt");

    /// <summary>Takes the task for this process; waits while another process has it. Let go of by disposing, or by the system when the process dies.</summary>
    /// <param name="waiting">Called now and then while it waits; may throw to give up.</param>
    public IDisposable Take(Action waiting)
    {
        Directory.CreateDirectory(folder);
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (Directory.Exists(folder))
            {
                waiting();
                Thread.Sleep(200);
            }
        }
    }

    /// <summary>Whether a process has taken the task now.</summary>
    public bool IsTaken()
    {
        var path = Path.Combine(folder, "lock");
        try
        {
            // A shared look: two who look at once do not take each other for a worker.
            using var probe = File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read) : null;
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Writes how far the task is.</summary>
    public void Write(TaskProgress progress) => Replace(Progress, JsonSerializer.Serialize(progress, StudyJson.Options));

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
    public void Fail(string? problem)
    {
        if (problem is null)
        {
            File.Delete(Problem);
        }
        else
        {
            Replace(Problem, problem);
        }
    }

    /// <summary>Why the task failed, in one sentence; null when it did not, or could not say.</summary>
    public string? Failure() => File.Exists(Problem) ? File.ReadAllText(Problem) : null;

    /// <summary>Makes room for a new start: an empty output, and work as it was left.</summary>
    public void Begin()
    {
        Directory.CreateDirectory(Work);
        if (Directory.Exists(Output))
        {
            Directory.Delete(Output, recursive: true);
        }

        Directory.CreateDirectory(Output);
        Fail(null);
    }

    /// <summary>Removes what is no longer needed after the artifact is in the store; the log stays.</summary>
    public void End()
    {
        Directory.Delete(Work, recursive: true);
        File.Delete(Progress);
    }

    // Progress is written often and lost without harm: renamed, not flushed.
    private static void Replace(string path, string text)
    {
        File.WriteAllText($"{path}.part", text);
        File.Move($"{path}.part", path, overwrite: true);
    }
}
