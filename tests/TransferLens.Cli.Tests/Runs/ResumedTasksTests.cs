using System.Text.Json.Nodes;
using TransferLens.Cli.Tests.Files;
using TransferLens.Runs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Storage;
using TransferLens.Tests;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Cli.Tests.Runs;

/// <summary>
/// Every kind of task of the study that asks every question, cut off again and again after a few of its parts and run
/// again, sometimes after a file of parts was damaged.
/// </summary>
public sealed class ResumedTasksTests(EveryAnalysis every) : IDisposable
{
    private const int MostLives = 1000;

    // Enough for one part.
    private const int Fewest = 5;
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_task_that_is_cut_off_after_each_of_its_parts_comes_to_the_same_bytes()
    {
        // As in the study's workers.
        var threads = Threads(1);
        try
        {
            var resumed = new List<string>();
            foreach (var kind in Tasks().GroupBy(task => task.Kind.Name))
            {
                // The longest one.
                var lives = kind.Key is "train" or "train_frozen" ? 0 : Resume(kind.MaxBy(Parts)!);
                if (lives > 1)
                {
                    resumed.Add(kind.Key);
                }
            }

            string[] expected =
            [
                "aligned_barrier",
                "basin_test",
                "curve",
                "feature_similarity",
                "mistakes",
                "model_soup",
                "module_criticality",
                "module_features",
                "parameter_distance",
                "performance_barrier",
                "plane",
                "probe",
                "subset_probes",
                "weight_spectrum",
                "wise_ft",
            ];
            Assert.Subset(resumed.ToHashSet(StringComparer.Ordinal), expected.ToHashSet(StringComparer.Ordinal));
        }
        finally
        {
            Threads(threads);
        }
    }

    public void Dispose() => folder.Dispose();

    private static int Threads(int wanted)
    {
        TensorRuntime.EnsureLoaded();
        var before = get_num_threads();
        set_num_threads(wanted);
        return before;
    }

    // Number of lives until the task ended.
    private int Resume(TaskSpec task)
    {
        var (parts, random) = (folder[task.Key, "work", "parts"], new Random(7));
        for (var life = 1; life < MostLives; life++)
        {
            var output = Directory.CreateDirectory(folder[task.Key, $"output-{life}"]).FullName;
            var files = new PartialFiles(parts, task.Key, life, new CuttingClock(life == 1 ? Fewest : random.Next(Fewest, 40)));
            try
            {
                Run(task, output, new(files));
                Assert.All(Directory.GetFiles(Artifact(task), "*", SearchOption.AllDirectories), file =>
                    Compare(file, Path.Combine(output, Path.GetRelativePath(Artifact(task), file)), task)
                );
                return life;
            }
            catch (CutOffException)
            {
                Damage(parts, random);
            }
        }

        Assert.Fail($"The task '{task.Title}' makes no progress.");
        return 0;
    }

    private void Run(TaskSpec task, string output, PartialResults parts) =>
        Catalog
            .Default.Runner(task.Kind)
            .Run(
                new()
                {
                    Catalog = Catalog.Default,
                    Settings = task.Settings.DeepClone().AsObject(),
                    Locations = task.Locations.DeepClone().AsObject(),
                    Inputs = task.Inputs.ToDictionary(input => input.Key, input => Artifact(input.Value)),
                    Output = output,
                    Work = folder[task.Key, "work"],
                    PartialResults = parts,
                    Progress = new Progress<TaskProgress>(),
                    CancellationToken = TestContext.Current.CancellationToken,
                }
            );

    private static void Compare(string expected, string actual, TaskSpec task)
    {
        if (Path.GetFileName(expected) != "artifact.json")
        {
            Assert.True(File.Exists(actual), $"{task.Title}: {actual} is missing");
            Assert.True(
                File.ReadAllBytes(expected).AsSpan().SequenceEqual(File.ReadAllBytes(actual)),
                $"{task.Title}: {Path.GetFileName(actual)} differs"
            );
        }
    }

    private static void Damage(string parts, Random random)
    {
        var files = Directory.GetFiles(parts);
        if (files.Length == 0 || random.Next(4) > 0)
        {
            return;
        }

        var file = random.GetItems(files, 1)[0];
        var content = File.ReadAllBytes(file);
        content[random.Next(content.Length)] ^= 1;
        File.WriteAllBytes(file, content);
    }

    // Tasks of lines and sweeps differ in length by their settings.
    private static int Parts(TaskSpec task) => task.Settings.ToJsonString().Length + task.Inputs.Count;

    private string Artifact(TaskSpec task) => Path.Combine(every.Study.Store, "artifacts", task.Key);

    private List<TaskSpec> Tasks()
    {
        var read = new Dictionary<string, TaskSpec>(StringComparer.Ordinal);
        return
        [
            .. Directory
                .GetFiles(Path.Combine(every.Study.Store, "tasks"), "*.json")
                .Select(path => Find(Path.GetFileNameWithoutExtension(path)))
                .OrderBy(task => task.Key, StringComparer.Ordinal),
        ];

        TaskSpec Find(string key)
        {
            if (!read.TryGetValue(key, out var task))
            {
                var file = Path.Combine(every.Study.Store, "tasks", $"{key}.json");
                read.Add(key, task = TaskFile.Read(JsonNode.Parse(File.ReadAllText(file))!.AsObject(), Find));
            }

            return task;
        }
    }

    private sealed class CutOffException : Exception;

    // Every look at the clock is so late that a part is written at once; after some looks the task is cut off.
    private sealed class CuttingClock(int looks) : TimeProvider
    {
        private int seen;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => ++seen > looks ? throw new CutOffException() : seen * 100L;
    }
}
