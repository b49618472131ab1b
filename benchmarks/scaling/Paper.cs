using System.Collections.Immutable;
using TransferLens.Runs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Scaling;

/// <summary>
/// The cost of the paper's studies: full plans, with the counts of their data sets instead of the data.
/// </summary>
internal static class Paper
{
    // Parameters of the Fixup ResNet-50: its backbone, and its head per class.
    private const double BackboneParameters = 23.5e6;
    private const double HeadParameters = 2049;

    // A decoded image has one byte per value.
    private const double ImageBytes = 3 * 224 * 224;

    // A training image counts as three images passed forward.
    private const double ForwardPerTrained = 3;

    private const double SecondsPerDay = 86400;

    private static readonly int[] Gpus = [1, 8, 64];

    /// <summary>Prints the work and the duration of each study, and of all of them in one store.</summary>
    /// <param name="studies">The folder of the study files.</param>
    /// <param name="rate">Images per second that one GPU trains on; an assumption.</param>
    public static void Print(string studies, int rate)
    {
        // Empty folders at the paths of the studies' data.
        var place = Directory.CreateTempSubdirectory("scaling-").FullName;
        try
        {
            var all = new List<TaskSpec>();
            Array.ForEach(
                [
                    "studies",
                    "data/domainnet",
                    "data/imagenet",
                    "data/CheXpert-v1.0-small",
                    "runs/paper-imagenet-pretraining/checkpoints",
                ],
                folder => Directory.CreateDirectory(Path.Combine(place, folder))
            );
            File.WriteAllText(
                Path.Combine(place, "runs/paper-imagenet-pretraining/checkpoints/imagenet-P_s0.safetensors"),
                ""
            );
            foreach (var file in Directory.GetFiles(studies, "paper-*.yaml").Order(StringComparer.Ordinal))
            {
                var copy = Path.Combine(place, "studies", Path.GetFileName(file));
                File.Copy(file, copy);
                var plan = new Planner(new Counts(), Catalog.Default, skipBadImages: false).Plan(Planning.Read(copy));
                Print(Path.GetFileName(file), plan.Tasks, rate);
                all.AddRange(plan.Tasks);
            }

            Print("all in one store", [.. all.DistinctBy(task => task.Key)], rate);
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    private static void Print(string name, IReadOnlyList<TaskSpec> tasks, int rate)
    {
        var (total, trainings) = (
            tasks.Sum(task => task.Cost),
            tasks.Where(task => task.Kind.Has(TaskTraits.Trains)).ToList()
        );
        var ends = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var task in tasks)
        {
            ends[task.Key] = task.Cost + task.Inputs.Values.Select(input => ends[input.Key]).DefaultIfEmpty().Max();
        }

        var (kept, images) = (
            trainings.Select(Kept).ToList(),
            tasks
                .Where(task => task.Kind == StudyTasks.ImagesKind)
                .Sum(task => Counts.Of((string)task.Settings["digest"]!) * ImageBytes)
        );
        var (longest, checkpoints) = (ends.Values.Max(), kept.Sum(one => one.Count));
        Console.WriteLine($"{name}: {tasks.Count} tasks, {trainings.Count} training runs");
        Console.WriteLine($"  {total / 1e6:N0} million images passed forward, {longest / 1e6:N0} in the longest chain");
        Console.WriteLine($"  {checkpoints:N0} checkpoints of {kept.Sum(one => one.Bytes) / 1e9:N0} GB");
        Console.WriteLine($"  decoded images of {images / 1e9:N0} GB");
        Console.WriteLine($"  at {rate} training images per second: longest chain {Days(longest):N1} days");
        foreach (var gpus in Gpus)
        {
            var (actual, ideal) = (Days(Makespan(tasks, gpus)), Days(total / gpus));
            Console.WriteLine($"    {gpus} GPU(s): {actual:N1} days ({ideal:N1} without waiting)");
        }

        double Days(double work) => work / (ForwardPerTrained * rate) / SecondsPerDay;
    }

    private static (int Count, double Bytes) Kept(TaskSpec task)
    {
        var settings = TaskSettings.Read<TrainTaskSettings>(task.Settings);
        var training = settings.Training;
        var epochs = Enumerable
            .Range(0, training.Epochs + 1)
            .Count(epoch =>
                epoch == 0
                || epoch == training.Epochs
                || training.Keep.Contains(epoch)
                || (training.KeepEvery > 0 && epoch % training.KeepEvery == 0)
            );
        return (epochs, epochs * sizeof(float) * (BackboneParameters + (HeadParameters * settings.Classes)));
    }

    // One task at a time on each GPU, that with the longest chain behind it first, as the scheduler does.
    private static double Makespan(IReadOnlyList<TaskSpec> tasks, int gpus)
    {
        var ahead = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var task in tasks.Reverse())
        {
            ahead[task.Key] = ahead.GetValueOrDefault(task.Key) + task.Cost;
            foreach (var input in task.Inputs.Values)
            {
                ahead[input.Key] = Math.Max(ahead.GetValueOrDefault(input.Key), ahead[task.Key]);
            }
        }

        var open = tasks.ToDictionary(
            task => task.Key,
            task => task.Inputs.Values.DistinctBy(input => input.Key).Count(),
            StringComparer.Ordinal
        );
        var followers = tasks
            .SelectMany(task =>
                task.Inputs.Values.DistinctBy(input => input.Key).Select(input => (input.Key, Task: task))
            )
            .ToLookup(pair => pair.Key, pair => pair.Task, StringComparer.Ordinal);
        var (ready, running, now) = (new PriorityQueue<TaskSpec, double>(), new PriorityQueue<TaskSpec, double>(), 0.0);
        tasks.Where(task => open[task.Key] == 0).ToList().ForEach(task => ready.Enqueue(task, -ahead[task.Key]));
        while (ready.Count > 0 || running.Count > 0)
        {
            while (running.Count < gpus && ready.TryDequeue(out var next, out _))
            {
                running.Enqueue(next, now + next.Cost);
            }

            running.TryDequeue(out var done, out now);
            foreach (var follower in followers[done!.Key].Where(follower => --open[follower.Key] == 0))
            {
                ready.Enqueue(follower, -ahead[follower.Key]);
            }
        }

        return now;
    }

    // ILSVRC 2012, DomainNet's cleaned lists, and CheXpert as its study describes it: 50,000 lines, positives twice.
    private sealed class Counts : IPlannedData
    {
        private static readonly Dictionary<string, (int Train, int Test, int Classes)> Known = new(
            StringComparer.Ordinal
        )
        {
            ["imagenet"] = (1_281_167, 50_000, 1000),
            ["clipart"] = (33_525, 14_604, 345),
            ["quickdraw"] = (120_750, 51_750, 345),
            ["real"] = (120_906, 52_041, 345),
            ["chexpert"] = (59_000, 50_000, 5),
        };

        public static int Of(string digest) =>
            int.Parse(digest.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);

        public ImagesDescription Describe(DataSource source)
        {
            var name = source.Options.GetValueOrDefault("domain", source.Format);
            var (train, test, classes) = Known[name];
            var isTest = source.Options.GetValueOrDefault("split") == "test";
            var count =
                name == "chexpert"
                    ? isTest
                        ? test
                        : train
                    : Math.Min(
                        isTest ? test : train,
                        source.Options.TryGetValue("subsample", out var most)
                            ? int.Parse(most, System.Globalization.CultureInfo.InvariantCulture)
                            : int.MaxValue
                    );
            return new(
                $"{name} {isTest} {count}",
                [.. Enumerable.Range(0, classes).Select(i => $"{i}")],
                count,
                name == "chexpert"
            );
        }

        public WeightsDescription DescribeWeights(string path, string? key, string network) =>
            new(Path.GetFileName(path));
    }
}
