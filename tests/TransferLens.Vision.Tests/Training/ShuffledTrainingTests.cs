using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Training;
using TransferLens.Vision.Transforms;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Training;

public sealed class ShuffledTrainingTests : IDisposable
{
    private static readonly TrainTaskSettings Plain = SmallTrainings.Settings;

    private readonly SmallTrainings trainings = new();

    public void Dispose() => trainings.Dispose();

    [Theory]
    [InlineData(1, false)]
    [InlineData(4, false)]
    [InlineData(4, true)]
    public void Shuffling_while_training_equals_training_on_images_shuffled_before(int block, bool redraw)
    {
        var settings = new ShuffleSettings($"{block}", 1234) { Redraw = redraw };
        var shuffled = trainings.Train("shuffled", Plain with { Shuffle = settings }, null);
        var same = BlockShuffle.ByBlocks(3, SmallTrainings.Size, SmallTrainings.Size, block, 1234, exact: !redraw);
        AssertEqual(trainings.Train("before", Plain, same), shuffled, equal: true);
        AssertEqual(trainings.Train("plain", Plain, null), shuffled, equal: false);
    }

    [Fact]
    public void Other_seeds_and_shuffling_all_values_give_other_runs()
    {
        string[] results =
        [
            .. new ShuffleSettings[] { new("4", 1234), new("4", 1235), new("channels", 1234) }.Select(
                (shuffle, i) =>
                    File.ReadAllText(
                        Path.Combine(trainings.Train($"{i}", Plain with { Shuffle = shuffle }, null), "result.json")
                    )
            ),
        ];
        Assert.Equal(3, results.Distinct().Count());
    }

    [Theory]
    [InlineData("channels")]
    [InlineData("2")]
    public void Evaluating_unshuffled_images_with_their_shuffle_equals_evaluating_the_originals(string block)
    {
        using var scope = NewDisposeScope();
        using var plain = SmallTrainings.Images(16, 2, null);
        var shuffle = BlockShuffle.FromSettings(new ShuffleSettings(block, 7), 3, SmallTrainings.Size)!;
        // The normalization is the same for all channels: then even a shuffle across channels commutes with it.
        var pixels = plain.Read(Enumerable.Range(0, plain.Count).ToArray());
        using var undone = ImageSet.InMemory(shuffle.Undo(pixels), plain.Classes, plain.Labels);
        using var network = Networks.Create("cifar_resnet8", 4, 1);
        EvaluationResult Evaluate(ImageSet images, BlockShuffle? shuffled) =>
            Evaluator.Evaluate(
                network,
                images,
                new(Normalization.None, 8, Precision.Float32, Shuffle: shuffled),
                cancellationToken: TestContext.Current.CancellationToken
            );
        Assert.Equal(Evaluate(plain, null).Logits, Evaluate(undone, shuffle).Logits);
        Assert.NotEqual(Evaluate(plain, null).Logits, Evaluate(plain, shuffle).Logits);
    }

    [Fact]
    public void A_block_size_that_does_not_divide_the_images_is_an_input_error()
    {
        Assert.Contains(
            "divisor of 12",
            Assert
                .Throws<InputException>(() => trainings.Train("5", Plain with { Shuffle = new("5", 1) }, null))
                .Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "write channels",
            Assert
                .Throws<InputException>(() => trainings.Train("word", Plain with { Shuffle = new("rows", 1) }, null))
                .Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Runs_with_one_init_seed_start_equal_and_diverge()
    {
        var training = TrainingSettings.Default with { Epochs = 1, BatchSize = 8 };
        var settings = new TrainTaskSettings("cifar_resnet8", 4, 1, 0.05, training, Normalization.None, null);
        var (own, one, two) = (
            trainings.Train("own", settings, null),
            trainings.Train("one", settings with { InitSeed = 7 }, null),
            trainings.Train("two", settings with { Seed = 2, InitSeed = 7 }, null)
        );
        Assert.True(Same(one, two, "0"));
        Assert.False(Same(one, two, "last"));
        Assert.False(Same(own, one, "0"));

        static bool Same(string first, string second, string epoch)
        {
            using var a = Checkpoint.Read(CheckpointFiles.Find(first, epoch));
            using var b = Checkpoint.Read(CheckpointFiles.Find(second, epoch));
            return a.All(entry => entry.Value.Equals(b[entry.Key]));
        }
    }

    [Fact]
    public void Shuffled_batches_leave_no_tensor()
    {
        using var images = SmallTrainings.Images(16, 2, null);
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        foreach (
            var batch in images.Batches(
                8,
                Normalization.ImageNet,
                shuffle: BlockShuffle.FromSettings(new ShuffleSettings("4", 7), 3, SmallTrainings.Size)
            )
        )
        {
            batch.Dispose();
        }

        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static void AssertEqual(string first, string second, bool equal)
    {
        using var a = Checkpoint.Read(CheckpointFiles.Find(first, "last"));
        using var b = Checkpoint.Read(CheckpointFiles.Find(second, "last"));
        Assert.Equal(equal, a.All(entry => entry.Value.Equals(b[entry.Key])));
        Assert.Equal(equal, JsonNode.DeepEquals(SmallTrainings.Result(first), SmallTrainings.Result(second)));
    }
}
