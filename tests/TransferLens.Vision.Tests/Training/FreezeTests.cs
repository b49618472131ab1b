using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Training;

public sealed class FreezeTests : IDisposable
{
    private static readonly string[] Modules = ["conv1", "layer1.0", "layer1.1", "layer10.0", "linear"];

    private readonly ImageSet images = RuledImages.Create(24);
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        images.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Names_are_modules_stages_or_the_backbone()
    {
        Assert.Equal(["conv1"], Freeze.Modules(["conv1"], Modules, "n"));
        Assert.Equal(["layer1.0", "layer1.1"], Freeze.Modules(["layer1"], Modules, "n"));
        Assert.Equal(["conv1", "layer1.1"], Freeze.Modules(["layer1.1", "conv1", "conv1"], Modules, "n"));
        Assert.Equal(Modules[..^1], Freeze.Modules(["backbone"], Modules, "n"));
        Assert.Equal(["linear"], Freeze.Modules(["linear"], Modules, "n"));
        Assert.Empty(Freeze.Modules(null, Modules, "n"));
    }

    [Theory]
    [InlineData("layer2", "did you mean 'layer1'")]
    [InlineData("layer1.", "did you mean 'layer1'")]
    [InlineData("everything", "backbone, layer1, layer10, conv1, layer1.0")]
    [InlineData("backbone linear", "leaves no module of n to train")]
    [InlineData("conv1 layer1 layer10 linear", "leaves no module of n to train")]
    public void Unknown_names_and_freezing_everything_are_refused(string names, string said) =>
        Assert.Contains(
            said,
            Assert.Throws<InputException>(() => Freeze.Modules(names.Split(' '), Modules, "n")).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("sgd", "cifar_resnet8")]
    [InlineData("adamw", "cifar_resnet8")]
    [InlineData("sgd", "fixup_resnet18")]
    public void A_frozen_module_keeps_every_bit_and_the_others_change(string optimizer, string name)
    {
        using var large = RuledImages.Create(8, 32);
        using var network = Networks.Create(name, 4, 7);
        using var before = StateDict.Of(network);
        var settings = Plain with
        {
            Optimizer = OptimizerSettings.Default with { Name = optimizer, WeightDecay = 0.1 },
            Freeze = ["conv1", "layer2"],
            Epochs = 2,
        };
        Trainer.Train(
            network,
            large,
            large,
            new(settings, 0.01, 1, Normalization.ImageNet),
            Folder("bits"),
            cancellationToken: TestContext.Current.CancellationToken
        );
        var after = network.state_dict();
        foreach (var module in network.Modules)
        {
            var tensors = before.Where(entry => module.Owns(entry.Key)).ToList();
            var frozen = module.Name == "conv1" || module.Name.StartsWith("layer2", StringComparison.Ordinal);
            Assert.True(frozen == tensors.All(entry => entry.Value.Equals(after[entry.Key])), module.Name);
        }

        // The network is unfrozen again.
        Assert.All(network.named_parameters(), entry => Assert.True(entry.parameter.requires_grad, entry.name));
    }

    [Fact]
    public void A_frozen_module_has_no_optimizer_state()
    {
        using var network = Network();
        Train(network, Plain with { Freeze = ["backbone"] }, 0.01, "state");
        using var saved = Safetensors.Read(Assert.Single(Directory.GetFiles(folder["state"], "resume-*.safetensors")));
        Assert.Equal(
            ["optimizer.momentum.linear.bias", "optimizer.momentum.linear.weight"],
            saved
                .Keys.Where(key => key.StartsWith("optimizer.", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void No_gradient_is_recorded_for_frozen_first_modules()
    {
        using var scope = NewDisposeScope();
        using var network = Network();
        using var frozen = new FrozenParts(network, ["conv1", "layer1", "layer3"]);
        frozen.Train();
        var value = rand(2, 3, 16, 16);
        var differ = network.Modules.ToDictionary(
            module => module.Name,
            module => (value = module.Forward(value)).requires_grad
        );
        Assert.Equal(
            [false, false, true, true, true],
            Networks.Find("cifar_resnet8").Modules.Select(name => differ[name])
        );
        BackwardPass.Run(value.sum());
        Assert.All(network.named_parameters(), entry =>
            Assert.Equal(frozen.Contains(entry.name), entry.parameter.grad is null)
        );
    }

    [Fact]
    public void An_interrupted_run_with_frozen_modules_resumes_to_the_same_bits()
    {
        var settings = Plain with { Epochs = 4, BatchSize = 8, MixupAlpha = 0.7, Freeze = ["conv1", "layer2"] };
        using var whole = Network();
        Train(whole, settings, 0.02, "whole");
        using var broken = Network();
        using var cancellationToken = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() =>
            Trainer.Train(
                broken,
                images,
                images,
                new(settings, 0.02, 1, Normalization.ImageNet),
                Folder("broken"),
                new StopAt(cancellationToken, 0.6),
                cancellationToken.Token
            )
        );
        using var resumed = Network();
        Train(resumed, settings, 0.02, "broken");
        Assert.All(whole.state_dict().Zip(resumed.state_dict()), pair =>
            Assert.True(pair.First.Value.Equals(pair.Second.Value), pair.First.Key)
        );
    }

    [Fact]
    public void Freezing_agrees_with_PyTorch() => Assert.All(Reference()["trainings"]!.AsArray(), expected =>
        {
            using var network = Networks.Create("cifar_resnet8", 5, 0);
            using (var weights = ReferenceWeights.Of(network))
            {
                weights.CopyTo(network);
            }

            var sgd = (string)expected!["optimizer"]! == "sgd";
            var settings = Plain with
            {
                BatchSize = 24,
                Optimizer = OptimizerSettings.Default with { Name = sgd ? "sgd" : "adamw", WeightDecay = 0.01 },
                Freeze = [.. expected["frozen"]!.AsArray().Select(name => (string)name!)],
            };
            var curve = Train(
                network,
                settings,
                sgd ? 0.02 : 0.002,
                $"{expected["optimizer"]} {settings.Freeze.Value.Length}"
            );
            Assert.All(expected["losses"]!.AsArray().Zip(curve.Epochs.Skip(1)), pair =>
                Assert.Equal((double)pair.First!, pair.Second.TrainLoss!.Value, 1e-4)
            );
            using var scope = NewDisposeScope();
            Assert.All(network.state_dict(), entry =>
            {
                var (sum, norm) = (
                    (double)expected["tensors"]![entry.Key]![0]!,
                    (double)expected["tensors"]![entry.Key]![1]!
                );
                Assert.Equal(norm, entry.Value.to(float64).norm().item<double>(), 2e-4 * (1 + norm));
                Assert.Equal(sum, entry.Value.to(float64).sum().item<double>(), 2e-3 * (1 + norm));
            });
        });

    [Fact]
    public void Costs_agree_with_PyTorch() => Assert.All(Reference()["costs"]!.AsObject(), expected =>
        {
            var words = expected.Key.Split(' ');
            using var network = Networks.Create(words[0], words[0] == "cifar_resnet8" ? 5 : 1000, 0);
            var cost = TrainingCost.Count(network, int.Parse(words[1]), words[2..]);
            Assert.Equal((long)expected.Value!["forward"]!, cost.Modules.Sum(module => module.Forward));
            Assert.Equal((long)expected.Value["backward"]!, cost.Modules.Sum(module => module.Backward));
        });

    [Fact]
    public void Layers_of_TorchSharp_are_counted_if_called_and_reported_if_not()
    {
        Assert.Equal(64 * 27 + (64 * 3), Own(called: true));
        Assert.Contains(
            "The cost of the layer 'linear' of own is unknown",
            Assert.Throws<InputException>(() => Own(called: false)).Message,
            StringComparison.Ordinal
        );

        static long Own(bool called)
        {
            var (convolution, linear) = (nn.Conv2d(3, 1, 3, padding: 1), nn.Linear(64, 3));
            using var network = new Network(
                "own",
                nn.Sequential(("convolution", convolution), ("linear", linear)),
                [
                    new("convolution", ["convolution"], convolution.call),
                    new("linear", ["linear"], x =>
                        called
                            ? linear.call(x.flatten(1))
                            : nn.functional.linear(x.flatten(1), linear.weight, linear.bias)
                    ),
                ]
            );
            return TrainingCost.Count(network, 8).Modules.Sum(module => module.Forward);
        }
    }

    [Fact]
    public void A_last_batch_of_one_image_is_not_counted()
    {
        Assert.Equal(30, TrainingCost.CountImages(10, 3, 4));
        Assert.Equal(24, TrainingCost.CountImages(9, 3, 4));
        Assert.Equal(3, TrainingCost.CountImages(1, 3, 4));
    }

    private static TrainingSettings Plain => TrainingSettings.Default with { Epochs = 3, BatchSize = 8 };

    private static JsonNode Reference() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "freeze.json")))!;

    private static Network Network() => Networks.Create("cifar_resnet8", 4, 7);

    private TrainingCurve Train(Network network, TrainingSettings settings, double rate, string name) =>
        Trainer.Train(
            network,
            images,
            images,
            new(settings, rate, Seed: 1, Normalization.ImageNet),
            Folder(name),
            cancellationToken: TestContext.Current.CancellationToken
        );

    private string Folder(string name) => Directory.CreateDirectory(folder[name]).FullName;

    private sealed class StopAt(CancellationTokenSource cancellationToken, double at) : IProgress<TaskProgress>
    {
        public void Report(TaskProgress value)
        {
            if (value.Fraction >= at)
            {
                cancellationToken.Cancel();
            }
        }
    }
}
