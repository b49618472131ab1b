using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Storage;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.Common;

/// <summary>Evaluations whose batches are computed side by side.</summary>
public sealed class KilledEvaluationTests : IDisposable
{
    private static readonly EvaluationSettings Settings = new(Normalization.ImageNet, 4, Precision.Float32);

    private readonly int before = get_num_threads();

    public void Dispose() => set_num_threads(before);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)] // more than there are batches
    public void Side_by_side_gives_the_bits_of_one_after_the_other(int threads)
    {
        using var images = Images();
        using var network = Networks.Create("cifar_resnet8", 4, 7);
        set_num_threads(1);
        var expected = Evaluate(network, images, Settings);
        set_num_threads(threads);
        var found = Evaluate(network, images, Settings);
        Assert.Equal(expected.Logits, found.Logits);
        Assert.Equal((expected.Score, expected.Loss), (found.Score, found.Loss));
        Assert.Equal(threads, get_num_threads());
    }

    [Fact]
    public void A_killed_evaluation_goes_on_to_the_same_bits_on_several_threads()
    {
        set_num_threads(3);
        using var folder = new TemporaryFolder();
        using var images = Images();
        using var network = Networks.Create("cifar_resnet8", 4, 7);
        var expected = Evaluate(network, images, Settings);
        using var cut = new CancellationTokenSource();
        using (var files = new PartialFiles(folder.Path, "an evaluation", 1, TimeProvider.System))
        {
            var first = Settings with { PartialResults = new(files) };
            var stop = new Stop(cut, after: 3);
            Assert.Throws<OperationCanceledException>(() =>
                Evaluator.Evaluate(network, images, first, stop, cut.Token)
            );
        }

        using var kept = new PartialFiles(folder.Path, "an evaluation", 2, TimeProvider.System);
        var parts = new PartialResults(kept);
        var seen = new Stop(null, after: int.MaxValue);
        var found = Evaluate(network, images, Settings with { PartialResults = parts }, seen);
        Assert.Equal(expected.Logits, found.Logits);
        Assert.InRange(seen.Reports, 1, 5); // seven batches, of which some were kept
    }

    [Fact]
    public void Batches_of_large_images_are_divided()
    {
        using var pixels = randint(0, 256, [10, 3, 448, 448], dtype: ScalarType.Byte);
        using var images = ImageSet.InMemory(pixels, ["a", "b", "c", "d"], [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]);
        using var network = Networks.Create("cifar_resnet8", 4, 7);
        var seen = new Stop(null, after: int.MaxValue);
        var divided = Evaluate(network, images, Settings with { BatchSize = 128 }, seen);
        Assert.Equal(3, seen.Reports); // four images, four and two
        Assert.Equal(Evaluate(network, images, Settings).Logits, divided.Logits);
    }

    [Fact]
    public void On_a_device_a_batch_of_which_some_parts_were_kept_is_computed_again()
    {
        using var exercised = DevicePath.Exercise();
        using var folder = new TemporaryFolder();
        using var pixels = randint(0, 256, [10, 3, 448, 448], dtype: ScalarType.Byte);
        using var images = ImageSet.InMemory(pixels, ["a", "b", "c", "d"], [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]);
        using var network = Networks.Create("cifar_resnet8", 4, 7);
        var settings = Settings with { BatchSize = 10 }; // parts of three images, three of them in a batch
        var expected = Evaluate(network, images, settings);
        using var cut = new CancellationTokenSource();
        using (var files = new PartialFiles(folder.Path, "an evaluation", 1, TimeProvider.System))
        {
            Assert.Throws<OperationCanceledException>(() =>
                Evaluator.Evaluate(
                    network,
                    images,
                    settings with
                    {
                        PartialResults = new(files),
                    },
                    new Stop(cut, after: 2),
                    cut.Token
                )
            );
        }

        using var kept = new PartialFiles(folder.Path, "an evaluation", 2, TimeProvider.System);
        var seen = new Stop(null, after: int.MaxValue);
        var found = Evaluate(network, images, settings with { PartialResults = new(kept) }, seen);
        Assert.Equal(expected.Logits, found.Logits);
        Assert.Equal(2, seen.Reports);
    }

    [Fact]
    public void A_label_without_an_output_in_the_last_batch_is_reported()
    {
        set_num_threads(3);
        using var pixels = randint(0, 256, [9, 3, 32, 32], dtype: ScalarType.Byte);
        using var images = ImageSet.InMemory(pixels, ["a", "b", "c", "d", "e"], [0, 1, 2, 3, 0, 1, 2, 3, 4]);
        using var network = Networks.Create("cifar_resnet8", 4, 7);
        var failure = Assert.Throws<Studies.Inputs.InputException>(() => Evaluate(network, images, Settings));
        Assert.Contains("'8'", failure.Message, StringComparison.Ordinal);
        Assert.Equal(3, get_num_threads());
    }

    private static EvaluationResult Evaluate(
        Network network,
        ImageSet images,
        EvaluationSettings settings,
        IProgress<TaskProgress>? progress = null
    ) => Evaluator.Evaluate(network, images, settings, progress, TestContext.Current.CancellationToken);

    private static ImageSet Images()
    {
        using var generator = new Generator(5);
        using var pixels = randint(0, 256, [26, 3, 32, 32], dtype: ScalarType.Byte, generator: generator);
        return ImageSet.InMemory(pixels, ["a", "b", "c", "d"], [.. Enumerable.Range(0, 26).Select(i => i % 4)]);
    }

    private sealed class Stop(CancellationTokenSource? source, int after) : IProgress<TaskProgress>
    {
        public int Reports { get; private set; }

        public void Report(TaskProgress value)
        {
            if (++Reports == after)
            {
                source?.Cancel();
            }
        }
    }
}
