using System.Diagnostics;
using TransferLens.Execution;
using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Local;
using TransferLens.Execution.Slurm;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Scaling;

/// <summary>Tasks per second when tasks compute nothing: the cost of scheduling.</summary>
internal static class Scheduling
{
    /// <summary>
    /// The local executor, with a program that only creates the artifact's folder, or with the real one.
    /// </summary>
    /// <param name="folder">An empty folder.</param>
    /// <param name="count">Number of tasks.</param>
    /// <param name="jobs">Tasks at a time.</param>
    /// <param name="program">
    /// Path of <c>transferlens</c>, to decode some synthetic images, its smallest task; null for <c>mkdir</c>.
    /// </param>
    public static async Task LocalAsync(string folder, int count, int jobs, string? program)
    {
        var store = new ArtifactStore(folder);
        List<TaskSpec> tasks = program is null
            ? ManyTasks.Graph(count, ManyTasks.Empty)
            : [.. Small((count + 1) / 2).Take(count)];
        Func<TaskSpec, ProcessStartInfo> start = program is null
            ? task => new("mkdir", ["-p", Path.Combine(folder, "artifacts", task.Key)])
            : task => new(program, ["task", task.Key, "--store", folder, "--threads", "1", "--follow-input"]);
        await MeasureAsync(
                $"local, {jobs} at a time, {(program is null ? "mkdir" : "transferlens task")}",
                tasks,
                new LocalExecutor(store, start, jobs, TimeProvider.System)
            )
            .ConfigureAwait(false);
    }

    /// <summary>
    /// The Slurm executor, with a script that only creates the artifact's folder. <c>SLURM_CONF</c> names the cluster.
    /// </summary>
    /// <param name="folder">An empty folder.</param>
    /// <param name="count">Number of tasks.</param>
    /// <param name="together">Tasks per job.</param>
    public static async Task SlurmAsync(string folder, int count, int together)
    {
        var store = new ArtifactStore(Path.Combine(folder, "store"));
        var stub = Path.Combine(Directory.CreateDirectory(folder).FullName, "stub");
        // Its arguments are: task KEY --store DIR ...
        await File.WriteAllTextAsync(stub, "#!/bin/sh\nexec mkdir -p \"$4/artifacts/$2\"\n").ConfigureAwait(false);
        var settings = SlurmSettings.Default with { InFlight = 1000, TasksPerJob = together, Poll = 1 };
        var run = new SlurmRun("empty", Path.Combine(folder, "run"), settings, $"sh {stub}", folder);
        await MeasureAsync(
                $"Slurm, {together} tasks per job",
                ManyTasks.Graph(count, ManyTasks.Empty),
                new SlurmExecutor(store, run, TimeProvider.System)
            )
            .ConfigureAwait(false);
    }

    private static IEnumerable<TaskSpec> Small(int targets)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, ManyTasks.Study(targets, 1));
        return Planning.Plan(Planning.Read(file)).Tasks.Where(task => task.Kind == StudyTasks.ImagesKind);
    }

    private static async Task MeasureAsync(string what, List<TaskSpec> tasks, IExecutor executor)
    {
        var (watch, before, start) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime, TimeSpan.Zero);
        var outcomes = await executor.RunAsync(tasks, Watch, CancellationToken.None).ConfigureAwait(false);
        var done = outcomes.Count(outcome => outcome.State == TaskState.Done);
        if (done < tasks.Count)
        {
            var first = outcomes.First(outcome => outcome.State != TaskState.Done);
            throw new InvalidOperationException($"{tasks.Count - done} of {tasks.Count} tasks failed: {first}");
        }

        var used = Environment.CpuUsage.TotalTime - before;
        var seconds = watch.Elapsed.TotalSeconds;
        var perTask = 1000 * used.TotalSeconds / tasks.Count;
        Console.WriteLine($"{what}: {tasks.Count} tasks in {seconds:N2} s, {tasks.Count / seconds:N1} tasks/s");
        Console.WriteLine($"  the first started after {start.TotalSeconds:N2} s");
        Console.WriteLine($"  {perTask:N2} ms of the scheduler's processor time per task");

        void Watch(TaskOutcome outcome)
        {
            if (start == TimeSpan.Zero && (outcome.State == TaskState.Running || outcome.Place is not null))
            {
                start = watch.Elapsed;
            }
        }
    }
}
