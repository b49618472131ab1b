using System.Collections.Immutable;
using TransferLens.Runs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Scaling;

/// <summary>What the paper's studies cost, planned in full with the counts of their data sets instead of the data.</summary>
internal static class Paper
{
    // The backbone of the Fixup ResNet-50; its head has 2049 more for each class. A byte for each value of an image of 224 x 224.
    private const double Backbone = 23.5e6,
        ImageBytes = 3 * 224 * 224;

    private static readonly int[] Gpus = [1, 8, 64];

    /// <summary>Prints for each study, and for all of them in one store, how much there is to do and how long it takes.</summary>
    /// <param name="studies">The folder of the study files.</param>
    /// <param name="rate">Images that one GPU trains on in a second: an assumption.</param>
    public static void Print(string studies, int rate)
    {
        // Empty folders where the studies look for their data.
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
        var (total, trainings) = (tasks.Sum(task => task.Cost), tasks.Where(task => task.Kind.Has(TaskTraits.Trains)).ToList());
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
        Console.WriteLine(
            $"{name}: {tasks.Count} tasks, {trainings.Count} trainings; {total / 1e6:N0} million images forward, {ends.Values.Max() / 1e6:N0} in the longest chain; {kept.Sum(one => one.Count):N0} checkpoints of {kept.Sum(one => one.Bytes) / 1e9:N0} GB, decoded images of {images / 1e9:N0} GB"
        );
        Console.WriteLine(
            $"  at {rate} images a second trained on: {string.Join("; ", Gpus.Select(gpus => $"{gpus} GPU{(gpus > 1 ? "s" : "")} {Makespan(tasks, gpus) / (3.0 * rate) / 86400:N1} days (work alone {total / gpus / (3.0 * rate) / 86400:N1})"))}; longest chain {ends.Values.Max() / (3.0 * rate) / 86400:N1} days"
        );
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
        return (epochs, epochs * 4 * (Backbone + (2049 * settings.Classes)));
    }

    // One task at a time on each GPU, the one with the longest chain behind it first, as the scheduler does.
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

    // ILSVRC 2012; DomainNet's cleaned lists; CheXpert by its study's comment: 50,000 lines and the positives among them once more.
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

        public string WeightsDigest(string path, string network) => Path.GetFileName(path);
    }
}
