using System.Text.Json.Nodes;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Transforms;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Training;

/// <summary>Training tasks of a few seconds on images of four classes.</summary>
internal sealed class SmallTrainings : IDisposable
{
    /// <summary>Side of an image in pixels.</summary>
    public const int Size = 12;

    /// <summary>Two epochs of a small network.</summary>
    public static readonly TrainTaskSettings Settings = new(
        "cifar_resnet8",
        4,
        Seed: 3,
        0.05,
        TrainingSettings.Default with
        {
            Epochs = 2,
            BatchSize = 8,
        },
        Normalization.ImageNet,
        null
    );

    private readonly TemporaryFolder folder = new();

    /// <summary>A folder that is deleted afterwards.</summary>
    public string this[string name] => folder[name];

    public void Dispose() => folder.Dispose();

    /// <summary>Runs a training task, on images that may have been shuffled before.</summary>
    /// <returns>Folder of its artifact.</returns>
    public string Train(string name, TrainTaskSettings settings, BlockShuffle? before)
    {
        Cache($"{name} train", 32, 1, before);
        Cache($"{name} test", 16, 2, before);
        Directory.CreateDirectory(folder[$"{name} work"]);
        var output = Directory.CreateDirectory(folder[name]).FullName;
        new TrainTask().Run(
            Context(
                TaskSettings.Write(settings),
                output,
                ("train", folder[$"{name} train"]),
                ("test", folder[$"{name} test"])
            )
        );
        return output;
    }

    /// <summary>The context of a task with these inputs.</summary>
    public static TaskContext Context(
        JsonObject settings,
        string output,
        params (string Role, string Folder)[] inputs
    ) =>
        new()
        {
            Catalog = new([], [.. Networks.All], [.. Metrics.All], [], [], []),
            Settings = settings,
            Locations = [],
            Inputs = inputs.ToDictionary(input => input.Role, input => input.Folder),
            Output = output,
            Work = $"{output} work",
            Progress = new Progress<TaskProgress>(),
            CancellationToken = TestContext.Current.CancellationToken,
        };

    /// <summary>The result of a task.</summary>
    public static JsonNode Result(string output) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(output, "result.json")))!;

    private void Cache(string name, int count, ulong seed, BlockShuffle? shuffle)
    {
        var target = Directory.CreateDirectory(folder[name]).FullName;
        using var scope = NewDisposeScope();
        using var images = Images(count, seed, shuffle);
        File.WriteAllBytes(
            Path.Combine(target, "images.bin"),
            images.Read(Enumerable.Range(0, count).ToArray()).data<byte>().ToArray()
        );
        File.WriteAllText(
            Path.Combine(target, "index.json"),
            new JsonObject
            {
                ["Version"] = 1,
                ["Size"] = Size,
                ["Classes"] = new JsonArray("a", "b", "c", "d"),
                ["Labels"] = new JsonArray([.. images.Labels.Single.Select(label => (JsonNode)label)]),
                ["Names"] = new JsonArray([.. images.Names.Select(name => (JsonNode)name)]),
                ["Skipped"] = 0,
            }.ToJsonString()
        );
    }

    /// <summary>Images whose classes differ in which part is bright, so that shuffling matters.</summary>
    public static ImageSet Images(int count, ulong seed, BlockShuffle? shuffle)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed);
        var pixels = randint(0, 120, [count, 3, Size, Size], dtype: ScalarType.Byte, generator: generator);
        var labels = Enumerable.Range(0, count).Select(i => i % 4).ToArray();
        for (var i = 0; i < count; i++)
        {
            pixels[i, .., (3 * labels[i])..((3 * labels[i]) + 3)] += 100;
        }

        return ImageSet.InMemory(shuffle?.Apply(pixels) ?? pixels, ["a", "b", "c", "d"], [.. labels]);
    }
}
