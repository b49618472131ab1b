using TransferLens.Execution.Local;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Execution.Slurm;

/// <summary>A run whose tasks go to Slurm.</summary>
/// <param name="Study">The study's name, which job names begin with.</param>
/// <param name="Folder">The run's folder.</param>
/// <param name="Settings">What jobs ask for.</param>
/// <param name="Command">How this program is started on a node, where the settings do not say; words of a shell.</param>
/// <param name="Place">The folder where jobs start.</param>
public sealed record SlurmRun(string Study, string Folder, SlurmSettings Settings, string Command, string Place)
{
    private string Mark => Path.Combine(Folder, "cancelled");

    /// <summary>Whether somebody asked for the run's end since <see cref="Begin"/>.</summary>
    public bool IsCancelled => File.Exists(Mark);

    /// <summary>Asks whoever works on the run to stop.</summary>
    public static void Cancel(string folder) => File.WriteAllText(Path.Combine(folder, "cancelled"), "");

    /// <summary>Takes back what was asked before.</summary>
    public void Begin()
    {
        Directory.CreateDirectory(Folder);
        File.Delete(Mark);
    }

    /// <summary>The arrays that would be submitted first.</summary>
    /// <param name="tasks">All tasks, inputs first.</param>
    /// <param name="isDone">Whether a task is done.</param>
    public IReadOnlyList<JobArray> First(IReadOnlyList<TaskSpec> tasks, Func<TaskSpec, bool> isDone) =>
        new Grouping(Settings).Arrays(
            [.. new Schedule(tasks, tasks.Where(task => !isDone(task))).Waiting],
            isDone,
            _ => false,
            Settings.InFlight
        );
}
