using System.Collections.Immutable;
using TorchSharp;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Probes;
using TransferLens.Vision.Runtime;
using TransferLens.Vision.Tests.Training;
using TransferLens.Vision.Training;
using TransferLens.Vision.Transforms;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Images;

/// <summary>
/// What a GPU does with batches, done by the CPU: the same images, bit for bit, from the same random numbers.
/// libtorch's device <c>meta</c> refuses, as a GPU does, to mix its tensors with the CPU's.
/// </summary>
public sealed class DeviceBatchesTests : IDisposable
{
    private static readonly AffineSettings Turned = new(Rotation: 20, Shift: 0.2, Scale: 0.1, Fill: 9);

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, string, string> Ways =>
        new(
            from type in (string[])["uint8", "float32"]
            from shuffle in (string[])["none", "blocks", "channels"]
            from augment in (string[])["none", "crop", "zoom and turn"]
            select (type, shuffle, augment)
        );

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public void The_images_are_those_of_the_CPU_bit_for_bit(string type, string shuffle, string augment)
    {
        using var scope = NewDisposeScope();
        using var set = Set(type);
        foreach (
            var normalize in (Normalization[])
                [Normalization.ImageNet, Normalization.ImageNet with { IsBlueFirst = true }]
        )
        {
            var expected = Read(set, normalize, shuffle, augment, CPU);
            using var exercised = DevicePath.Exercise();
            var actual = Read(set, normalize, shuffle, augment, CPU);
            Assert.Equal(expected.Count, actual.Count);
            foreach (var (one, other) in expected.Zip(actual))
            {
                Assert.Equal(one.Images.data<float>().ToArray(), other.Images.data<float>().ToArray());
                Assert.Equal(one.Labels.data<long>().ToArray(), other.Labels.data<long>().ToArray());
                Assert.Equal(one.Indices.AsEnumerable(), other.Indices);
            }
        }
    }

    // Meta has none of the operations by which blocks are moved and images resized or turned.
    [Theory]
    [InlineData("uint8", "none")]
    [InlineData("uint8", "crop")]
    [InlineData("float32", "crop")]
    public void Everything_is_done_on_the_device(string type, string augment)
    {
        using var scope = NewDisposeScope();
        using var set = Set(type);
        foreach (var batch in Read(set, Normalization.ImageNet, "none", augment, device(DeviceType.META)))
        {
            Assert.Equal(
                (DeviceType.META, DeviceType.META, ScalarType.Float32),
                (batch.Images.device_type, batch.Labels.device_type, batch.Images.dtype)
            );
            var mixup = new Mixup(0.3, [.. Enumerable.Range(0, batch.Indices.Length).Reverse()]);
            Assert.Equal(DeviceType.META, mixup.Blend(batch.Images).device_type);
            Assert.Equal(DeviceType.META, mixup.Others(batch.Labels).device_type);
            var logits = zeros(batch.Indices.Length, 4, device: batch.Images.device);
            Assert.All(
                (Tensor[])
                    [
                        Losses.Sum(Loss.CrossEntropy, logits, batch.Labels),
                        Losses.WeightedMean(logits, batch.Labels, [1, 2, 3, 4]),
                        new RunningAccuracy().Measure(logits, batch.Labels, batch.Labels),
                        new RunningAuc(4).Measure(logits, logits, logits),
                    ],
                one => Assert.Equal(DeviceType.META, one.device_type)
            );
        }
    }

    [Fact]
    public void A_caller_may_stop_early_and_an_error_reaches_it()
    {
        using var exercised = DevicePath.Exercise();
        using var set = Set("uint8");
        Assert.Equal(4, First(set, null));
        Assert.Contains(
            "Augmentation must keep images",
            Assert.Throws<InputException>(() => First(set, images => images.narrow(2, 0, 3))).Message,
            StringComparison.Ordinal
        );

        static int First(ImageSet set, Func<Tensor, Tensor>? augment)
        {
            foreach (var batch in set.BatchesOn(CPU, 4, Normalization.ImageNet, augment: augment))
            {
                using var owned = batch;
                return batch.Indices.Length;
            }

            return 0;
        }
    }

    [Fact]
    public void Training_evaluation_recalibration_and_features_have_the_same_bits()
    {
        var expected = Compute("cpu");
        using var exercised = DevicePath.Exercise();
        var actual = Compute("device");
        Assert.Equal(expected.Epochs.AsEnumerable(), actual.Epochs);
        Assert.Equal(expected.Logits, actual.Logits);
        Assert.Equal(expected.Statistics, actual.Statistics);
        Assert.All(expected.Features.Zip(actual.Features), pair => Assert.Equal(pair.First, pair.Second));
    }

    private (ImmutableArray<TrainingEpoch> Epochs, float[] Logits, float[] Statistics, List<float[]> Features) Compute(
        string name
    )
    {
        using var scope = NewDisposeScope();
        using var train = SmallTrainings.Images(34, 1, null);
        using var test = SmallTrainings.Images(18, 2, null);
        using var network = Networks.Create("cifar_resnet8", 4, seed: 5, CPU);
        var shuffle = BlockShuffle.ByBlocks(3, SmallTrainings.Size, SmallTrainings.Size, 4, seed: 7);
        var settings = TrainingSettings.Default with
        {
            Epochs = 2,
            BatchSize = 8,
            MixupAlpha = 0.7,
            Augment = new(2, true, true) { Affine = Turned },
            ClassWeights = ClassWeights.Balanced,
        };
        var recipe = new TrainingRecipe(settings, 0.05, Seed: 3, Normalization.ImageNet, shuffle);
        var curve = Trainer.Train(
            network,
            train,
            test,
            recipe,
            Directory.CreateDirectory(folder[name]).FullName,
            cancellationToken: TestContext.Current.CancellationToken
        );
        var logits = Evaluator.Evaluate(network, test, recipe.Evaluation).Logits;
        Recalibration.Run(network, train, recipe.Evaluation, largestBatch: 9);
        using var weights = StateDict.Of(network);
        return (
            curve.Epochs,
            logits,
            weights.Single(entry => entry.Key == "bn1.running_var").Value.data<float>().ToArray(),
            [.. ModuleFeatures.Extract(network, test, recipe.Evaluation).Select(module => module.Values)]
        );
    }

    private static ImageSet Set(string type)
    {
        using var scope = NewDisposeScope();
        using var bytes = SmallTrainings.Images(10, 4, null);
        var pixels = bytes.Read([.. Enumerable.Range(0, 10)]);
        return type == "uint8"
            ? SmallTrainings.Images(10, 4, null)
            : ImageSet.InMemory(pixels.to(ScalarType.Float32).div_(255), bytes.Classes, bytes.Labels.Single);
    }

    private static List<ImageBatch> Read(
        ImageSet set,
        Normalization normalize,
        string shuffle,
        string augment,
        Device device
    )
    {
        var size = SmallTrainings.Size;
        using var generator = new Generator(11);
        AugmentSettings? changes = augment switch
        {
            "crop" => new(2, false, true),
            "zoom and turn" => new(0, true, true) { Affine = Turned },
            _ => null,
        };
        Func<Tensor, Tensor>? change = changes is null
            ? null
            : images => Augmentation.Apply(images, changes, generator);
        var moved = shuffle switch
        {
            "blocks" => BlockShuffle.ByBlocks(3, size, size, 4, seed: 7),
            "channels" => BlockShuffle.ByValues(3, size, size, seed: 7),
            _ => null,
        };
        return [.. set.BatchesOn(device, 4, normalize, [9, 0, 8, 1, 7, 2, 6, 3, 5, 4], change, moved)];
    }
}
