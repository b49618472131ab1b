using TransferLens.Execution.Local;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Execution.Slurm;

/// <summary>A run whose tasks are computed by Slurm jobs.</summary>
/// <param name="Study">The study's name, with which the names of its jobs start.</param>
/// <param name="Folder">The run's folder.</param>
/// <param name="Settings">What jobs request.</param>
/// <param name="Command">Shell words that start this program on a node, unless the settings name a command.</param>
/// <param name="WorkingFolder">The folder in which jobs start.</param>
public sealed record SlurmRun(string Study, string Folder, SlurmSettings Settings, string Command, string WorkingFolder)
{
    private const string MarkName = "cancelled";

    /// <summary>Whether the run was cancelled since it started, by this or another process.</summary>
    public bool IsCancelled => File.Exists(Mark);

    private string Mark => Path.Combine(Folder, MarkName);

    /// <summary>Tells the process that works on a run to stop.</summary>
    internal static void Cancel(string folder) => File.WriteAllText(Path.Combine(folder, MarkName), "");

    /// <summary>Starts the run: an earlier cancellation no longer applies.</summary>
    internal void Begin()
    {
        Directory.CreateDirectory(Folder);
        File.Delete(Mark);
    }

    /// <summary>The arrays that would be submitted first.</summary>
    /// <param name="tasks">All tasks, inputs before the tasks that read them.</param>
    /// <param name="isDone">Whether a task is done.</param>
    internal IReadOnlyList<JobArray> FirstArrays(IReadOnlyList<TaskSpec> tasks, Func<TaskSpec, bool> isDone)
    {
        var schedule = new Schedule(tasks, tasks.Where(task => !isDone(task)));
        return new Grouping(Settings).Arrays([.. schedule.Waiting], isDone, _ => false, Settings.InFlight);
    }
}
