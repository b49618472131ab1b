using System.Collections.Immutable;
using TransferLens.Analyses.Probe;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models.Architectures;

namespace TransferLens.Analyses.Tests.Probe;

public class ProbeMeasurementTests
{
    private static readonly EvaluationSettings Settings = new(Normalization.ImageNet, 16, Precision.Float32);

    [Fact]
    public void Every_module_but_the_head_is_probed_and_the_control_too()
    {
        using var train = RuledImages.Of(Labels(24));
        using var test = RuledImages.Of(Labels(12));
        using var network = Networks.Create("cifar_resnet8", 9, seed: 1);
        using var random = Networks.Create("cifar_resnet8", 1, seed: 0);
        var result = ProbeMeasurement.Measure(
            network,
            train,
            test,
            Settings,
            control: random,
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal(["conv1", "layer1.0", "layer2.0", "layer3.0"], result.Modules.Select(module => module.Name));
        Assert.Equal([16, 16, 32, 64], result.Modules.Select(module => module.Features));
        Assert.Equal((24, 12), (result.Train, result.Test));
        Assert.All(result.Modules.Concat(result.Random!.Modules), module =>
        {
            Assert.InRange(module.Logistic.Score, module.Logistic.Low, module.Logistic.High);
            Assert.InRange(module.Knn.Score, module.Knn.Low, module.Knn.High);
            Assert.True(module.Logistic.Converged);
            Assert.Equal(module.Logistic.Score, module.Logistic.BalancedAccuracy!.Value, 1e-9);
            Assert.Equal(20, module.Knn.K);
        });
        Assert.Contains(result.Modules, module => module.Name == result.Best);
    }

    [Fact]
    public void Test_images_choose_neither_C_nor_the_best_module()
    {
        using var train = RuledImages.Of(Labels(40));
        using var test = RuledImages.Of(Labels(20));
        using var other = RuledImages.Of([.. Labels(20).Reverse()]);
        using var network = Networks.Create("cifar_resnet8", 1, seed: 1);
        var (first, second) = (
            ProbeMeasurement.Measure(
                network,
                train,
                test,
                Settings,
                cancellationToken: TestContext.Current.CancellationToken
            ),
            ProbeMeasurement.Measure(
                network,
                train,
                other,
                Settings,
                cancellationToken: TestContext.Current.CancellationToken
            )
        );
        Assert.Equal(
            first.Modules.Select(module => module.Logistic.C),
            second.Modules.Select(module => module.Logistic.C)
        );
        Assert.Equal(first.Best, second.Best);
        Assert.NotEqual(
            first.Modules.Select(module => module.Logistic.Score),
            second.Modules.Select(module => module.Logistic.Score)
        );
    }

    [Fact]
    public void One_neighbour_of_the_training_images_themselves_is_always_right()
    {
        using var train = RuledImages.Of(Labels(16));
        using var network = Networks.Create("cifar_resnet8", 1, seed: 1);
        var result = ProbeMeasurement.Measure(
            network,
            train,
            train,
            Settings,
            new() { C = 1, Neighbours = 1 },
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.All(result.Modules, module => Assert.Equal((1, 1), (module.Knn.Score, module.Knn.K)));
        Assert.All(result.Modules, module => Assert.Equal(1, module.Logistic.C));
    }

    [Fact]
    public void Settings_and_images_that_cannot_be_used_are_named()
    {
        using var train = RuledImages.Of(Labels(8));
        using var pixels = TorchSharp.torch.zeros([1, 3, 16, 16], TorchSharp.torch.ScalarType.Byte);
        using var other = ImageSet.InMemory(pixels, ["x"], [0]);
        using var network = Networks.Create("cifar_resnet8", 1, seed: 1);
        Assert.Equal("C is 0, but must be above 0 and finite.", Wrong(train, new() { C = 0 }));
        Assert.Equal("The number of neighbours is 0, but must be at least 1.", Wrong(train, new() { Neighbours = 0 }));
        Assert.StartsWith("The training images have the classes a, b, c, d and the test images x", Wrong(other, new()));

        string Wrong(ImageSet test, ProbeSettings settings) =>
            Assert
                .Throws<InputException>(() =>
                    ProbeMeasurement.Measure(
                        network,
                        train,
                        test,
                        Settings,
                        settings,
                        cancellationToken: TestContext.Current.CancellationToken
                    )
                )
                .Message;
    }

    [Fact]
    public void Balanced_accuracy_is_written_beside_accuracy_and_once_where_it_is_the_metric()
    {
        var probe = new LogisticProbe(0.5, 0.4, 0.6, 0.25, 1.5, 10, 0.5, true);
        var result = new ProbeResult([new("conv1", 16, probe, new(0.5, 0.4, 0.6, 0.25, 20))], 8, 4);
        var accuracy = ProbeDocument.Create(result, DeclaredMetrics.Accuracy)["modules"]![0]!;
        Assert.Equal(0.5, (double)accuracy["logistic"]!["accuracy"]!);
        Assert.Equal(0.25, (double)accuracy["logistic"]!["balancedAccuracy"]!);
        Assert.Equal((10, 16), ((double)accuracy["logistic"]!["c"]!, (int)accuracy["features"]!));
        Assert.Equal((0.5, 20), ((double)accuracy["knn"]!["accuracy"]!, (int)accuracy["knn"]!["k"]!));
        var balanced = ProbeDocument.Create(result, DeclaredMetrics.BalancedAccuracy)["modules"]![0]!;
        Assert.Equal(0.5, (double)balanced["logistic"]!["balancedAccuracy"]!);
    }

    private static ImmutableArray<int> Labels(int count) => [.. Enumerable.Range(0, count).Select(i => i % 4)];
}
