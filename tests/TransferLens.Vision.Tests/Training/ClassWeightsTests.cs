using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Training;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Training;

public sealed class ClassWeightsTests : IDisposable
{
    private static readonly TrainingSettings Settings = TrainingSettings.Default with { Epochs = 2, BatchSize = 16 };

    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Weights_of_classes_of_equal_size_change_nothing()
    {
        using var images = Images(image => image % 2);
        Assert.Equal([1.0, 1.0], BalancedClasses.Weights(images.Labels, 2));
        var plain = Train(images, Settings, "plain");
        var weighted = Train(images, Settings with { ClassWeights = ClassWeights.Balanced }, "weighted");
        Assert.Equal(plain.Epochs[1].TrainLoss!.Value, weighted.Epochs[1].TrainLoss!.Value, 1e-5);
        Assert.Equal(plain.Epochs[2].TestLoss!.Value, weighted.Epochs[2].TestLoss!.Value, 1e-3);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.4)]
    public void A_rare_class_is_recalled_more_often_when_classes_are_weighted(double mixup)
    {
        using var images = Images(image => image % 8 == 0 ? 1 : 0);
        var settings = Settings with { Epochs = 3, MixupAlpha = mixup };
        var plain = Recall(images, settings, $"plain {mixup}");
        var weighted = Recall(images, settings with { ClassWeights = ClassWeights.Balanced }, $"weighted {mixup}");
        Assert.True(weighted >= plain, $"{weighted} is below {plain}");
    }

    [Fact]
    public void Class_weights_of_multi_label_images_or_a_binary_loss_are_refused()
    {
        using var images = Images(image => image % 2);
        var settings = Settings with { ClassWeights = ClassWeights.Balanced, Loss = Loss.BinaryCrossEntropy };
        Assert.Contains(
            "Class weights need cross-entropy",
            Assert.Throws<InputException>(() => Train(images, settings, "binary")).Message
        );
    }

    public void Dispose() => folder.Dispose();

    private double Recall(ImageSet images, TrainingSettings settings, string name)
    {
        using var network = Networks.Create("cifar_resnet8", 2, 7);
        Train(network, images, settings, name);
        var evaluation = new EvaluationSettings(Normalization.ImageNet, 16, Precision.Float32);
        var measured = Evaluator.Evaluate(network, images, evaluation, null, TestContext.Current.CancellationToken);
        return ClassPredictions.Create(measured, images.Labels).Count().Recall(1)!.Value;
    }

    private TrainingCurve Train(ImageSet images, TrainingSettings settings, string name)
    {
        using var network = Networks.Create("cifar_resnet8", 2, 7);
        return Train(network, images, settings, name);
    }

    private TrainingCurve Train(
        Vision.Models.Network network,
        ImageSet images,
        TrainingSettings settings,
        string name
    ) =>
        Trainer.Train(
            network,
            images,
            images,
            new(settings, 0.02, 3, Normalization.ImageNet),
            Directory.CreateDirectory(folder[name]).FullName,
            cancellationToken: TestContext.Current.CancellationToken
        );

    // Noise, a little brighter where the class is 1.
    private static ImageSet Images(Func<int, int> classOf)
    {
        using var scope = NewDisposeScope();
        var random = new Random(5);
        ImmutableArray<int> labels = [.. Enumerable.Range(0, 64).Select(classOf)];
        byte[] values =
        [
            .. from label in labels
            from _ in Enumerable.Range(0, 3 * 12 * 12)
            select (byte)random.Next(60 * label, 200),
        ];
        var pixels = tensor(values, [64, 3, 12, 12], ScalarType.Byte).MoveToOuterDisposeScope();
        return ImageSet.InMemory(pixels, ["dark", "bright"], ImageLabels.SingleLabel(labels));
    }
}
