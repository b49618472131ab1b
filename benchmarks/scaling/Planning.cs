using System.Diagnostics;
using System.Security.Cryptography;
using TransferLens.Execution;
using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Progress;
using TransferLens.Runs;
using TransferLens.Studies.Files;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Formats;

namespace TransferLens.Scaling;

/// <summary>The time of each step from a study file to the first task, and of what every ended task repeats.</summary>
internal static class Planning
{
    /// <summary>
    /// Prints the time of each step, and its processor time, which other work on the machine does not affect.
    /// </summary>
    public static void Measure(string file)
    {
        var folder = Directory.CreateTempSubdirectory("scaling-").FullName;
        try
        {
            var study = Timed("read the study", () => Read(file));
            var plan = Timed("plan it", () => Plan(study));
            Console.WriteLine($"  {plan.Tasks.Length} tasks");
            var text = Timed("write plan.json", () => PlanFile.Write(plan).ToJsonString());
            Console.WriteLine($"  {text.Length / 1e6:N1} MB");
            var read = Timed("read plan.json", () => PlanFile.Read(text));
            Timed("group the tasks", () => TaskGroup.FromPlan(read));
            var store = new ArtifactStore(folder);
            Timed("write the tasks for workers", () => Done(() => store.WriteTasks(plan.Tasks)));
            Timed("write them again", () => Done(() => store.WriteTasks(plan.Tasks)));
            var progress = new RunProgress(plan, TimeProvider.System);
            Timed("update the progress, 1000 times", () => Done(() =>
                {
                    for (var i = 0; i < 1000; i++)
                    {
                        progress.Take(new(plan.Tasks[i], TaskState.Done));
                        _ = progress.View();
                    }
                }));
            Timed("view the run from its store", () => new StoredRun(plan, store, folder, TimeProvider.System).View());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Plans a study as the command does.</summary>
    public static Plan Plan(Study study) =>
        new Planner(new RealData(), Catalog.Default, skipBadImages: false).Plan(study);

    /// <summary>Reads a study file as the command does.</summary>
    public static Study Read(string file) => StudyFile.Read(file, Catalog.Default);

    private static T Timed<T>(string what, Func<T> work)
    {
        var (watch, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var result = work();
        var processor = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        Console.WriteLine($"{watch.Elapsed.TotalSeconds,8:N3} s, {processor,6:N3} s of processor time  {what}");
        return result;
    }

    private static int Done(Action work)
    {
        work();
        return 0;
    }

    private sealed class RealData : IPlannedData
    {
        private readonly Dictionary<string, ImagesDescription> seen = new(StringComparer.Ordinal);

        public ImagesDescription Describe(DataSource source)
        {
            var identity = StudyJson.Write(source).ToJsonString();
            if (!seen.TryGetValue(identity, out var known))
            {
                var images = ImageFormats.Open(source);
                seen.Add(
                    identity,
                    known = new(images.Digest, images.Classes, images.Labels.Count, images.Labels.IsMultiLabel)
                );
            }

            return known;
        }

        public WeightsDescription DescribeWeights(string path, string? key, string network) =>
            new(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))));
    }
}
