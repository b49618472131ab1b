using System.Text.Json.Nodes;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Probes;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Probes;

/// <summary>Compares with tests/reference/module_features.py.</summary>
public class ModuleFeaturesTests
{
    [Theory]
    [InlineData("resnet18")]
    [InlineData("vit_tiny_patch16_224")]
    public void Features_are_the_outputs_that_hooks_of_PyTorch_see_averaged_over_positions(string name)
    {
        using var scope = NewDisposeScope();
        var expected = JsonNode.Parse(File.ReadAllText("Fixtures/module_features.json"))![name]!.AsObject();
        using var network = Networks.Find(name).CreateOutline(10);
        using var weights = ReferenceWeights.Of(network);
        WeightsLoader.Load(network, weights, newHead: false);
        using var images = ImageSet.InMemory((ReferenceWeights.Images() / 4) + 0.5, ["a"], [0, 0]);
        var features = ModuleFeatures.Extract(
            network,
            images,
            new(Normalization.None, 2, Precision.Float32),
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal(expected.Select(module => module.Key), features.Select(module => module.Module));
        Assert.All(features, module =>
        {
            var one = expected[module.Module]!;
            Assert.Equal((int)one["features"]!, module.Width);
            for (var image = 0; image < 2; image++)
            {
                var row = module.Values.AsSpan(image * module.Width, module.Width).ToArray();
                double[] stored = [.. one["values"]![image]!.AsArray().Select(value => (double)value!)];
                double[] found = [.. row[..8].Select(value => (double)value), row.Sum(value => (double)value)];
                var size = row.Max(Math.Abs);
                Assert.All(stored[..8].Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * size));
                Assert.Equal(stored[8], found[8], 1e-4 * size * module.Width);
            }
        });
    }

    [Fact]
    public void Batches_change_no_feature_and_the_mode_of_the_network_is_restored()
    {
        using var network = Networks.Create("cifar_resnet8", 3, seed: 1);
        network.Root.train();
        using var pixels = randint(0, 255, [7, 3, 16, 16], ScalarType.Byte);
        using var images = ImageSet.InMemory(pixels, ["a"], [0, 0, 0, 0, 0, 0, 0]);
        var whole = ModuleFeatures.Extract(
            network,
            images,
            new(Normalization.ImageNet, 7, Precision.Float32),
            cancellationToken: TestContext.Current.CancellationToken
        );
        var parts = ModuleFeatures.Extract(
            network,
            images,
            new(Normalization.ImageNet, 3, Precision.Float32),
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.True(network.Root.training);
        Assert.DoesNotContain(whole, module => module.Module == network.Head.Name);
        Assert.All(whole.Zip(parts), pair =>
        {
            Assert.Equal(7, pair.First.Count);
            Assert.All(pair.First.Values.Zip(pair.Second.Values), values =>
                Assert.Equal(values.First, values.Second, 1e-4f)
            );
        });
    }
}
