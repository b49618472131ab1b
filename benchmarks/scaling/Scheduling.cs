using System.Diagnostics;
using TransferLens.Execution;
using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Local;
using TransferLens.Execution.Slurm;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Scaling;

/// <summary>Tasks a second when tasks are nothing: what scheduling costs.</summary>
internal static class Scheduling
{
    /// <summary>Through the local executor: by a program that makes the artifact's folder and does nothing else, or by the real one.</summary>
    /// <param name="folder">An empty folder.</param>
    /// <param name="count">Tasks.</param>
    /// <param name="jobs">At a time.</param>
    /// <param name="program">The command <c>transferlens</c>, for its smallest task, some synthetic images; null for <c>mkdir</c>.</param>
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
                new LocalExecutor(store, start, jobs)
            )
            .ConfigureAwait(false);
    }

    /// <summary>Through Slurm, whose jobs run a script that makes the artifact's folder; <c>SLURM_CONF</c> names the cluster.</summary>
    /// <param name="folder">An empty folder.</param>
    /// <param name="count">Tasks.</param>
    /// <param name="together">Tasks a job.</param>
    public static async Task SlurmAsync(string folder, int count, int together)
    {
        var store = new ArtifactStore(Path.Combine(folder, "store"));
        var stub = Path.Combine(Directory.CreateDirectory(folder).FullName, "stub");
        await File.WriteAllTextAsync(stub, "#!/bin/sh\nexec mkdir -p \"$4/artifacts/$2\"\n").ConfigureAwait(false); // task KEY --store DIR ...
        var settings = SlurmSettings.Default with { InFlight = 1000, TasksPerJob = together, Poll = 1 };
        var run = new SlurmRun("empty", Path.Combine(folder, "run"), settings, $"sh {stub}", folder);
        await MeasureAsync(
                $"Slurm, {together} tasks a job",
                ManyTasks.Graph(count, ManyTasks.Empty),
                new SlurmExecutor(store, new(new SlurmPrograms()), run, TimeProvider.System)
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
        var (watch, before, first) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime, TimeSpan.Zero);
        var outcomes = await executor.RunAsync(tasks, Watch, CancellationToken.None).ConfigureAwait(false);
        var done = outcomes.Count(outcome => outcome.State == TaskState.Done);
        if (done < tasks.Count)
        {
            throw new InvalidOperationException(
                $"{tasks.Count - done} of {tasks.Count} tasks were not done: {outcomes.First(outcome => outcome.State != TaskState.Done)}"
            );
        }

        var used = Environment.CpuUsage.TotalTime - before;
        Console.WriteLine(
            $"{what}: {tasks.Count} tasks in {watch.Elapsed.TotalSeconds:N2} s, {tasks.Count / watch.Elapsed.TotalSeconds:N1} tasks/s; the first was begun after {first.TotalSeconds:N2} s; {1000 * used.TotalSeconds / tasks.Count:N2} ms of the scheduler's processor time a task"
        );

        void Watch(TaskOutcome outcome)
        {
            if (first == TimeSpan.Zero && (outcome.State == TaskState.Running || outcome.Place is not null))
            {
                first = watch.Elapsed;
            }
        }
    }
}
