using System.Text.Json.Nodes;
using TransferLens.Data;
using TransferLens.Execution;
using TransferLens.Models;
using TransferLens.Plans;
using TransferLens.Studies;
using TransferLens.Training;
using TransferLens.Weights;
using static TorchSharp.torch;

namespace TransferLens.Tests;

public sealed class ShuffledTrainingTests : IDisposable
{
    private const int Size = 12;
    private static readonly TrainTaskSettings Plain = new(
        "cifar_resnet8", 4, Seed: 3, 0.05, TrainingSettings.Default with { Epochs = 2, BatchSize = 8 }, Normalization.ImageNet, null);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Training_on_shuffled_pictures_equals_training_on_pictures_that_were_shuffled_before(int block)
    {
        var shuffled = Train("shuffled", Plain with { Shuffle = new($"{block}", 1234) }, null);
        var same = BlockShuffle.Of(3, Size, block, 1234);
        AssertEqual(Train("before", Plain, same), shuffled, equal: true);
        AssertEqual(Train("plain", Plain, null), shuffled, equal: false);
    }

    [Fact]
    public void Other_seeds_and_all_values_are_other_trainings()
    {
        string[] results = [.. new ShuffleSettings[] { new("4", 1234), new("4", 1235), new("channels", 1234) }
            .Select((shuffle, i) => File.ReadAllText(Path.Combine(Train($"{i}", Plain with { Shuffle = shuffle }, null), "result.json")))];
        Assert.Equal(3, results.Distinct().Count());
    }

    [Theory]
    [InlineData("channels")]
    [InlineData("2")]
    public void Evaluating_with_a_shuffle_that_the_pictures_undo_equals_evaluating_plainly(string block)
    {
        using var scope = NewDisposeScope();
        using var plain = Pictures(16, 2, null);
        var shuffle = BlockShuffle.Of(new ShuffleSettings(block, 7), Size)!;
        // The normalization is the same for all channels: then even a shuffle across channels commutes with it.
        var pixels = plain.Read(Enumerable.Range(0, plain.Count).ToArray());
        using var undone = PictureSet.InMemory(shuffle.Undo(pixels), plain.Classes, plain.Labels);
        using var network = Networks.Create("cifar_resnet8", 4, 1);
        Evaluation Evaluate(PictureSet pictures, BlockShuffle? shuffled) => Evaluator.Evaluate(
            network, pictures, new(Normalization.None, 8, Precision.Float32, Shuffle: shuffled), stop: TestContext.Current.CancellationToken);
        Assert.Equal(Evaluate(plain, null).Logits, Evaluate(undone, shuffle).Logits);
        Assert.NotEqual(Evaluate(plain, null).Logits, Evaluate(plain, shuffle).Logits);
    }

    [Fact]
    public void An_evaluation_of_a_shuffled_training_gives_the_accuracy_of_its_last_epoch()
    {
        var settings = Plain with { Shuffle = new("2", 5) };
        var trained = Train("trained", settings, null);
        var output = Directory.CreateDirectory(folder["evaluated"]).FullName;
        new EvaluateTask().Run(Context(
            TaskSettings.Write(new EvaluateTaskSettings("cifar_resnet8", 4, "last", settings.Normalize, Precision.Float32, settings.Shuffle)),
            output, ("weights", trained), ("pictures", folder["trained test"])));
        Assert.Equal(
            (double)Read(trained)["epochs"]!.AsArray()[^1]!["test_loss"]!,
            (double)Read(output)["loss"]!, 1e-9);
    }

    [Fact]
    public void A_block_that_does_not_fit_stops_the_task_with_a_sentence()
    {
        Assert.Contains("divisor of 12", Assert.Throws<InputException>(() => Train("5", Plain with { Shuffle = new("5", 1) }, null)).Message, StringComparison.Ordinal);
        Assert.Contains("write channels", Assert.Throws<InputException>(() => Train("word", Plain with { Shuffle = new("rows", 1) }, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Trainings_of_one_init_seed_begin_alike_and_go_their_own_ways()
    {
        var training = TrainingSettings.Default with { Epochs = 1, BatchSize = 8 };
        var settings = new TrainTaskSettings("cifar_resnet8", 4, 1, 0.05, training, Normalization.None, null);
        var (own, one, two) = (Train("own", settings, null), Train("one", settings with { InitSeed = 7 }, null), Train("two", settings with { Seed = 2, InitSeed = 7 }, null));
        Assert.True(Same(one, two, "0"));
        Assert.False(Same(one, two, "last"));
        Assert.False(Same(own, one, "0"));

        static bool Same(string first, string second, string epoch)
        {
            using var a = Checkpoint.Read(CheckpointFiles.Of(first, epoch));
            using var b = Checkpoint.Read(CheckpointFiles.Of(second, epoch));
            return a.All(entry => entry.Value.Equals(b[entry.Key]));
        }
    }

    [Fact]
    public void Shuffled_batches_leave_no_tensor_behind()
    {
        using var pictures = Pictures(16, 2, null);
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        foreach (var batch in pictures.Batches(8, Normalization.ImageNet, shuffle: BlockShuffle.Of(new ShuffleSettings("4", 7), Size)))
        {
            batch.Dispose();
        }

        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private string Train(string name, TrainTaskSettings settings, BlockShuffle? before)
    {
        Cache($"{name} train", 32, 1, before);
        Cache($"{name} test", 16, 2, before);
        Directory.CreateDirectory(folder[$"{name} work"]);
        var output = Directory.CreateDirectory(folder[name]).FullName;
        new TrainTask().Run(Context(TaskSettings.Write(settings), output, ("train", folder[$"{name} train"]), ("test", folder[$"{name} test"])));
        return output;
    }

    private static TaskContext Context(JsonObject settings, string output, params (string Role, string Folder)[] inputs) => new()
    {
        Settings = settings,
        Locations = [],
        Inputs = inputs.ToDictionary(input => input.Role, input => input.Folder),
        Output = output,
        Work = $"{output} work",
        Progress = new Progress<TaskProgress>(),
        Stop = TestContext.Current.CancellationToken,
    };

    private static JsonNode Read(string output) => JsonNode.Parse(File.ReadAllText(Path.Combine(output, "result.json")))!;

    private static void AssertEqual(string first, string second, bool equal)
    {
        using var a = Checkpoint.Read(CheckpointFiles.Of(first, "last"));
        using var b = Checkpoint.Read(CheckpointFiles.Of(second, "last"));
        Assert.Equal(equal, a.All(entry => entry.Value.Equals(b[entry.Key])));
        Assert.Equal(equal, JsonNode.DeepEquals(Read(first), Read(second)));
    }

    private void Cache(string name, int count, ulong seed, BlockShuffle? shuffle)
    {
        var target = Directory.CreateDirectory(folder[name]).FullName;
        using var scope = NewDisposeScope();
        using var pictures = Pictures(count, seed, shuffle);
        File.WriteAllBytes(Path.Combine(target, "pictures.bin"), pictures.Read(Enumerable.Range(0, count).ToArray()).data<byte>().ToArray());
        File.WriteAllText(Path.Combine(target, "index.json"), new JsonObject
        {
            ["Version"] = 1,
            ["Size"] = Size,
            ["Classes"] = new JsonArray("a", "b", "c", "d"),
            ["Labels"] = new JsonArray([.. pictures.Labels.Single.Select(label => (JsonNode)label)]),
            ["Names"] = new JsonArray([.. pictures.Names.Select(name => (JsonNode)name)]),
            ["Skipped"] = 0,
        }.ToJsonString());
    }

    // Classes differ in where a picture is bright, so that a shuffle matters.
    private static PictureSet Pictures(int count, ulong seed, BlockShuffle? shuffle)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed);
        var pixels = randint(0, 120, [count, 3, Size, Size], dtype: ScalarType.Byte, generator: generator);
        var labels = Enumerable.Range(0, count).Select(i => i % 4).ToArray();
        for (var i = 0; i < count; i++)
        {
            pixels[i, .., (3 * labels[i])..((3 * labels[i]) + 3)] += 100;
        }

        return PictureSet.InMemory(shuffle?.Apply(pixels) ?? pixels, ["a", "b", "c", "d"], [.. labels]);
    }
}
