using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Training;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Training;

public sealed class LabelTrainingTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ImageSet train = Images(64, 1);
    private readonly ImageSet test = Images(48, 2);

    [Theory]
    [InlineData(0)]
    [InlineData(0.4)]
    public void Multi_label_images_are_learned_with_and_without_mixup(double mixup)
    {
        using var network = Networks.Create("cifar_resnet8", 3, 7);
        var curve = Train(
            network,
            TrainingSettings.Default with
            {
                Epochs = 8,
                BatchSize = 16,
                MixupAlpha = mixup,
            },
            $"mixup {mixup}"
        );
        Assert.False(curve.Diverged);
        Assert.InRange(curve.Epochs[^1].TestScore!.Value, 0.8, 1);
        Assert.True(curve.Epochs[^1].TestScore > curve.Epochs[0].TestScore);
        Assert.True(curve.Epochs[^1].TrainScore > curve.Epochs[1].TrainScore);
        Assert.True(curve.Epochs[^1].TrainLoss < curve.Epochs[1].TrainLoss);
        var measured = Evaluator.Evaluate(
            network,
            test,
            new(Normalization.ImageNet, 16, Precision.Float32),
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal(curve.Epochs[^1].TestScore!.Value, measured.Score, 1e-9);
    }

    [Fact]
    public void Cross_entropy_and_mismatched_labels_are_refused()
    {
        using var network = Networks.Create("cifar_resnet8", 3, 7);
        Assert.Contains(
            "binary cross-entropy",
            Assert
                .Throws<InputException>(() =>
                    Train(network, TrainingSettings.Default with { Loss = Loss.CrossEntropy }, "wrong")
                )
                .Message
        );
        using var other = Networks.Create("cifar_resnet8", 4, 7);
        Assert.Contains(
            "3 labels (x, y, z), but the network has 4 outputs",
            Assert.Throws<InputException>(() => Train(other, TrainingSettings.Default, "other")).Message
        );
    }

    [Fact]
    public void Logits_that_are_not_finite_give_no_score()
    {
        using var network = Networks.Create("cifar_resnet8", 3, 7);
        using (no_grad())
        {
            network.state_dict()["linear.bias"].fill_(double.NaN);
        }

        var measured = Evaluator.Evaluate(
            network,
            test,
            new(Normalization.ImageNet, 16, Precision.Float32),
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal(0, measured.Score);
        Assert.True(double.IsNaN(measured.Loss));
    }

    [Fact]
    public void Images_with_equal_labels_have_no_score_and_the_message_says_why()
    {
        using var pixels = test.Read([0, 1, 2]);
        using var same = ImageSet.InMemory(
            pixels,
            ["x", "y", "z"],
            ImageLabels.MultiLabel(3, [true, false, true, true, false, true, true, false, true])
        );
        using var network = Networks.Create("cifar_resnet8", 3, 7);
        var error = Assert.Throws<InputException>(() =>
            Evaluator.Evaluate(
                network,
                same,
                new(Normalization.ImageNet, 16, Precision.Float32),
                cancellationToken: TestContext.Current.CancellationToken
            )
        );
        Assert.Contains("No label has an AUC", error.Message);
    }

    public void Dispose()
    {
        train.Dispose();
        test.Dispose();
        folder.Dispose();
    }

    private TrainingCurve Train(Network network, TrainingSettings settings, string name) =>
        Trainer.Train(
            network,
            train,
            test,
            new(settings, 0.05, Seed: 1, Normalization.ImageNet),
            Directory.CreateDirectory(folder[name]).FullName,
            cancellationToken: TestContext.Current.CancellationToken
        );

    // A label means that a third of the image is brighter.
    private static ImageSet Images(int count, int seed)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        var pixels = randint(0, 120, [count, 3, 12, 12], dtype: ScalarType.Byte, generator: generator);
        var random = new Random(seed);
        bool[] shown = [.. Enumerable.Range(0, 3 * count).Select(_ => random.Next(2) == 1)];
        for (var i = 0; i < shown.Length; i++)
        {
            if (shown[i])
            {
                pixels[i / 3, i % 3, (4 * (i % 3))..(4 * ((i % 3) + 1))].add_((byte)120);
            }
        }

        return ImageSet.InMemory(pixels, ["x", "y", "z"], ImageLabels.MultiLabel(3, [.. shown]));
    }
}
