using System.Text.Json.Nodes;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Probes;
using TransferLens.Vision.Training;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Training;

/// <summary>Low-rank updates, falling rates, normalization layers and probes as PyTorch and scikit-learn have them.</summary>
public sealed class LadderReferenceTests : IDisposable
{
    private static readonly TrainingSettings Plain = TrainingSettings.Default with
    {
        Epochs = 3,
        BatchSize = 24,
        Optimizer = OptimizerSettings.Default with { WeightDecay = 0.01 },
    };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Low_rank_updates_agree_with_PyTorch()
    {
        var settings = Plain with { Lora = new(2, 3) };
        using var images = RuledImages.Create(24);
        using var network = OwnNetworks.Mixed();
        Assert.Equal(
            (long)Reference("lora")["parameters"]!,
            TrainingCost.Count(network, (3, 16, 16), settings).Trained
        );
        Compare("lora", network, images, settings, 0.02);
    }

    [Fact]
    public void Falling_rates_with_rates_by_name_agree_with_PyTorch()
    {
        var settings = Plain with { LayerDecay = 0.75, ParameterGroups = [new("bn", 0.5, null, 0, "zero")] };
        using var images = RuledImages.Create(24);
        using var network = Filled("cifar_resnet8", 5);
        Compare("decay", network, images, settings, 0.02);
    }

    [Fact]
    public void Normalization_layers_and_head_agree_with_PyTorch()
    {
        var settings = Plain with { Adapt = Adaptation.NormHead, Optimizer = Plain.Optimizer with { Name = "adamw" } };
        using var images = RuledImages.Create(24);
        using var network = Filled("cifar_resnet8", 5);
        Compare("norm_head", network, images, settings, 0.002);
    }

    [Fact]
    public void The_head_of_a_probe_is_that_of_scikit_learn()
    {
        using var scope = NewDisposeScope();
        using var images = RuledImages.Create(24);
        using var network = Filled("cifar_resnet8", 4);
        var recipe = new TrainingRecipe(Plain, 0.02, 1, Normalization.ImageNet);
        var features = new LinearHead(network).Features(images, recipe.Evaluation, default);
        using var probe = ProbeFit.Create(features, images.Labels, 4);
        new LinearHead(network).Fit(images, recipe.Evaluation, default);
        var expected = Reference("probe")[$"{Math.Round(Math.Log10(probe.Classifier.C))}"]!;
        var state = network.state_dict();
        AssertClose(expected["weight"]!, state["linear.weight"].flatten());
        AssertClose(expected["bias"]!, state["linear.bias"] - state["linear.bias"].mean());

        static void AssertClose(JsonNode numbers, Tensor actual) =>
            Assert.All(numbers.AsArray().Zip(actual.data<float>().ToArray()), pair =>
                Assert.Equal((double)pair.First!, pair.Second, 1e-4)
            );
    }

    private void Compare(string name, Network network, ImageSet images, TrainingSettings settings, double rate)
    {
        var expected = Reference(name);
        var curve = Trainer.Train(
            network,
            images,
            images,
            new(settings, rate, Seed: 1, Normalization.ImageNet),
            Directory.CreateDirectory(folder[name]).FullName,
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.All(expected["losses"]!.AsArray().Zip(curve.Epochs.Skip(1)), pair =>
            Assert.Equal((double)pair.First!, pair.Second.TrainLoss!.Value, 1e-5)
        );
        using var scope = NewDisposeScope();
        var state = network.state_dict();
        Assert.All(expected["tensors"]!.AsObject(), entry =>
        {
            var numbers = entry.Value!.AsArray().Select(number => (double)number!).ToList();
            var flat = state[entry.Key].to(float64).flatten();
            Assert.Equal(numbers[0], flat.norm().item<double>(), 1e-5 * (1 + numbers[0]));
            Assert.Equal(numbers[2], flat[0].item<double>(), 1e-5);
            Assert.Equal(numbers[3], flat[flat.shape[0] / 2].item<double>(), 1e-5);
            Assert.Equal(numbers[4], flat[-1].item<double>(), 1e-5);
        });
    }

    private static JsonNode Reference(string name) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "ladder.json")))![name]!;

    private static Network Filled(string name, int classes) => OwnNetworks.Fill(Networks.Create(name, classes, 0));
}
