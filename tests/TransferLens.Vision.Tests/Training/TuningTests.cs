using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Models.Layers;
using TransferLens.Vision.Models.Onnx.Export;
using TransferLens.Vision.Probes;
using TransferLens.Vision.Tests.Models.Onnx.Export;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Training;

public sealed class TuningTests : IDisposable
{
    private readonly ImageSet images = RuledImages.Create(24);
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        images.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Rank_0_trains_the_head_alone_to_the_same_bits()
    {
        using var head = OwnNetworks.Mixed();
        using var none = OwnNetworks.Mixed();
        Train(head, Plain with { Freeze = ["backbone"] }, "head");
        Train(none, Plain with { Lora = new(0, 16) }, "none");
        AssertEqual(head, none);
    }

    [Fact]
    public void Updates_start_at_nothing_have_their_rank_and_leave_the_rest()
    {
        using var scope = NewDisposeScope();
        using var network = OwnNetworks.Mixed();
        using var before = StateDict.Of(network);
        Train(network, Plain with { Lora = new(2, 4) }, "lora");
        using var start = Safetensors.Read(CheckpointFiles.PathOf(folder["lora"], 0));
        Assert.All(before, entry => Assert.True(entry.Value.Equals(start[entry.Key]), entry.Key));
        using var frozen = new FrozenParts(network, Plain with { Lora = new(2, 4) });
        var adapted = frozen.Adapted.ToDictionary(matrix => matrix.Name);
        Assert.All(network.state_dict(), entry =>
        {
            var change = entry.Value - before[entry.Key];
            if (adapted.TryGetValue(entry.Key, out var matrix))
            {
                var values = linalg.svdvals(change.flatten(1).to(float64)).data<double>().ToArray();
                Assert.InRange(values[0], 1e-8, 1);
                Assert.All(values.Skip(matrix.Rank), value => Assert.True(value < 1e-3 * values[0], entry.Key));
            }
            else
            {
                var isHead = network.Head.Owns(entry.Key);
                Assert.True(isHead != entry.Value.Equals(before[entry.Key]), entry.Key);
            }
        });
    }

    [Fact]
    public void Merged_updates_compute_what_they_compute_apart()
    {
        using var scope = NewDisposeScope();
        using var network = OwnNetworks.Linear();
        using var frozen = new FrozenParts(network, Plain with { Lora = new(2, 6) });
        using var updates = new LowRankUpdates(frozen.Adapted, new(2, 6), seed: 5);
        using var no = no_grad();
        var input = rand(8, 3, 4, 4);
        var weight = network.state_dict()["body.weight"].clone();
        var (a, b) = (Named("body.weight.lora_A"), Named("body.weight.lora_B"));
        b.copy_(rand_like(b));
        var bias = network.state_dict()["body.bias"];
        var flat = input.flatten(1);
        var apart = flat.matmul(weight.t()) + bias + (3 * flat.matmul(a.t()).matmul(b.t()));
        updates.Merge();
        var merged = network.Modules[0].Forward(input);
        Assert.True((apart - merged).abs().max().item<float>() < 1e-5);

        Tensor Named(string name) => updates.Parameters.First(entry => entry.Name == name).Value;
    }

    [Theory]
    [InlineData("lora")]
    [InlineData("probe")]
    public void An_interrupted_run_resumes_to_the_same_bits(string what)
    {
        var settings = Plain with
        {
            Epochs = 4,
            Lora = what == "lora" ? new(2, 4) : null,
            Head = what == "probe" ? HeadStart.Probe : null,
            ParameterGroups = [new(what == "lora" ? "fc1" : "linear", 1, null, 0.01, "initial")],
        };
        using var whole = OwnNetworks.Mixed();
        Train(whole, settings, "whole");
        using var broken = OwnNetworks.Mixed();
        using var cancellation = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() =>
            Trainer.Train(
                broken,
                images,
                images,
                Recipe(settings),
                Folder("broken"),
                new StopAt(cancellation, 0.6),
                cancellation.Token
            )
        );
        using var resumed = OwnNetworks.Mixed();
        Train(resumed, settings, "broken");
        AssertEqual(whole, resumed);
    }

    [Theory]
    [InlineData("vit_tiny_patch16_224", 24, "attn.qkv attn.proj")]
    [InlineData("swin_t", 24, "attn.qkv attn.proj")]
    [InlineData("convnext_tiny", 36, "block.3 block.5")]
    [InlineData("vgg16_bn", 2, "classifier.0 classifier.3")]
    [InlineData("resnet50", 36, "conv1 conv3 downsample.0")]
    public void Linear_maps_outside_the_head_are_adapted_and_of_attention_its_own_alone(
        string name,
        int count,
        string ends
    )
    {
        using var network = Networks.Find(name).CreateOutline(2);
        using var frozen = new FrozenParts(network, Plain with { Lora = LoraSettings.Default });
        Assert.Equal(count, frozen.Adapted.Length);
        Assert.All(frozen.Adapted, matrix =>
            Assert.Contains(ends.Split(' '), end => matrix.Name.EndsWith($"{end}.weight", StringComparison.Ordinal))
        );
    }

    [Theory]
    [InlineData("cifar_resnet8", "lora", "cifar_resnet8 has no linear layer or 1x1 convolution to adapt with lora")]
    [InlineData("fixup_resnet18", "norm", "no normalization layer to train with adapt: norm_head")]
    public void A_network_without_such_layers_is_refused(string name, string what, string said)
    {
        var settings =
            what == "lora" ? Plain with { Lora = LoraSettings.Default } : Plain with { Adapt = Adaptation.NormHead };
        Assert.Contains(
            said,
            Assert.Throws<InputException>(() => AdaptedLayers.Check(Networks.Find(name), settings)).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("cifar_resnet8")]
    [InlineData("mobilenet_v3_small")]
    [InlineData("vit_tiny_patch16_224")]
    public void A_network_from_a_file_has_the_layers_of_that_by_name(string name)
    {
        using var network = SmallNetworks.Create(name);
        OnnxExport.Write(folder["network.onnx"], network, SmallNetworks.Settings(SmallNetworks.SizeFor(name)));
        using var read = SmallNetworks.Read(folder["network.onnx"]);
        foreach (var kind in new[] { LayerKind.Linear, LayerKind.Normalization })
        {
            Assert.Equal(Named(network, kind), Named(read, kind));
        }

        // Shapes tell where a matrix is stored the other way round.
        var settings = Plain with { Lora = name == "cifar_resnet8" ? null : LoraSettings.Default };
        Assert.Equal(Adapted(network), Adapted(read));

        static IEnumerable<string> Named(Network one, LayerKind kind) =>
            NetworkLayers
                .Of(one)
                .Where(layer => layer.Kind == kind)
                .SelectMany(layer => kind == LayerKind.Linear ? [layer.Weight] : new[] { layer.Weight, layer.Bias! })
                .Distinct()
                .Order(StringComparer.Ordinal);

        IEnumerable<(string, long, long)> Adapted(Network one)
        {
            using var frozen = new FrozenParts(one, settings);
            return
            [
                .. frozen
                    .Adapted.Select(matrix => (matrix.Name, matrix.Outputs, matrix.Inputs))
                    .OrderBy(matrix => matrix.Name, StringComparer.Ordinal),
            ];
        }
    }

    [Fact]
    public void A_frozen_module_from_a_file_keeps_its_statistics()
    {
        using var made = SmallNetworks.Create("cifar_resnet8");
        OnnxExport.Write(folder["network.onnx"], made, SmallNetworks.Settings(SmallNetworks.SizeFor("cifar_resnet8")));
        using var network = SmallNetworks.Read(folder["network.onnx"]);
        using var before = StateDict.Of(network);
        using var frozen = new FrozenParts(network, [network.Modules[0].Name]);
        frozen.Train();
        using var scope = NewDisposeScope();
        network.forward(rand(4, 3, 32, 32));
        Assert.All(network.state_dict(), entry =>
        {
            var isStatistic = entry.Key.Contains("running", StringComparison.Ordinal);
            var moves = isStatistic && !network.Modules[0].Owns(entry.Key);
            Assert.True(moves != entry.Value.Equals(before[entry.Key]), entry.Key);
        });
    }

    [Fact]
    public void A_probe_that_is_not_trained_on_is_the_probe()
    {
        using var scope = NewDisposeScope();
        using var test = RuledImages.Create(40);
        using var network = Networks.Create("cifar_resnet8", 4, 7);
        var recipe = Recipe(Plain with { Head = HeadStart.Probe, Epochs = 0 });
        var head = new LinearHead(network);
        using var probe = ProbeFit.Create(Features(images), images.Labels, 4);
        var expected = Evaluator.Of(probe.Classifier.Logits(Features(test)), 4, test, recipe.Evaluation);
        var curve = Trainer.Train(
            network,
            images,
            test,
            recipe,
            Folder("probe"),
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal(0, curve.Last);
        Assert.Equal(expected.Score, curve.Epochs[0].TestScore);
        Assert.Equal(expected.Loss, curve.Epochs[0].TestLoss!.Value, 1e-4);

        Tensor Features(ImageSet of) => head.Features(of, recipe.Evaluation, default);
    }

    [Fact]
    public void The_features_of_a_head_are_the_last_ones_averaged_over_positions()
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create("cifar_resnet8", 4, 7);
        var recipe = Recipe(Plain);
        var found = new LinearHead(network).Features(images, recipe.Evaluation, default);
        var expected = ModuleFeatures.Extract(network, images, recipe.Evaluation)[^1].ToTensor();
        Assert.True((found - expected).abs().max().item<double>() < 1e-5);
        Assert.Equal([4L, 64], network.state_dict()["linear.weight"].shape);
    }

    [Fact]
    public void A_head_that_is_not_linear_cannot_start_at_a_probe()
    {
        using var network = OwnNetworks.Linear(activated: true);
        Assert.Contains(
            "The head head of own is not one linear layer with biases",
            Assert.Throws<InputException>(() => Train(network, Plain with { Head = HeadStart.Probe }, "own")).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Falling_rates_are_those_of_parameters_grouped_by_module()
    {
        using var falling = Networks.Create("cifar_resnet8", 4, 7);
        using var grouped = Networks.Create("cifar_resnet8", 4, 7);
        string[] patterns = ["^(conv|bn)1", "^layer1", "^layer2", "^layer3"];
        var groups = patterns.Select(
            (pattern, i) => new ParameterGroupSettings(pattern, Math.Pow(0.5, 4 - i), null, 0, "zero")
        );
        Train(falling, Plain with { LayerDecay = 0.5 }, "falling");
        Train(grouped, Plain with { ParameterGroups = [.. groups] }, "grouped");
        AssertEqual(falling, grouped);
    }

    [Fact]
    public void Normalization_layers_and_the_head_alone_change()
    {
        using var network = Networks.Create("cifar_resnet8", 4, 7);
        using var before = StateDict.Of(network);
        Train(network, Plain with { Adapt = Adaptation.NormHead, Freeze = ["conv1"] }, "norm");
        Assert.All(network.state_dict(), entry =>
        {
            var isTrained =
                network.Head.Owns(entry.Key)
                || (entry.Key.Contains(".bn", StringComparison.Ordinal) && !network.Modules[0].Owns(entry.Key));
            Assert.True(isTrained != entry.Value.Equals(before[entry.Key]), entry.Key);
        });
        Assert.All(network.named_parameters(), entry => Assert.True(entry.parameter.requires_grad, entry.name));
    }

    [Fact]
    public void Costs_and_memory_are_counted_by_hand()
    {
        using var network = OwnNetworks.Linear();
        // 48 -> 6 -> 4, with biases.
        var whole = TrainingCost.Count(network, (3, 4, 4), Plain);
        Assert.Equal((288 + 24, 288 + 24 + 24), (whole.Forward, whole.PerImage - whole.Forward));
        Assert.Equal(322, whole.Parameters);
        Assert.Equal(4 * ((3 * 322) + (8 * (48 + 6))), whole.Bytes(Plain));
        // W's gradient is computed, not its input's; B A and the gradients of both cost 288 times the rank each.
        var lora = TrainingCost.Count(network, (3, 4, 4), Plain with { Lora = new(2, 4) });
        Assert.Equal(whole.PerImage, lora.PerImage);
        Assert.Equal(3 * 2 * 288, lora.PerStep);
        Assert.Equal((2 * (48 + 6)) + 28, lora.Trained);
        Assert.Equal(
            4 * (322 + (288 + 28) + 136 + 288 + (2 * 108) + (8 * (48 + 6))),
            lora.Bytes(Plain with { Lora = new(2, 4) })
        );
        Assert.Equal(6, TrainingCost.CountSteps(9, 3, 4));
        Assert.Equal(9, TrainingCost.CountSteps(10, 3, 4));
    }

    private static TrainingSettings Plain => TrainingSettings.Default with { Epochs = 2, BatchSize = 8 };

    private static TrainingRecipe Recipe(TrainingSettings settings) =>
        new(settings, 0.05, Seed: 1, Normalization.ImageNet);

    private string Folder(string name) => Directory.CreateDirectory(folder[name]).FullName;

    private TrainingCurve Train(Network network, TrainingSettings settings, string name)
    {
        using var small = network.Name == "own" ? RuledImages.Create(24, 4) : null;
        return Trainer.Train(
            network,
            small ?? images,
            small ?? images,
            Recipe(settings),
            Folder(name),
            cancellationToken: TestContext.Current.CancellationToken
        );
    }

    private static void AssertEqual(Network first, Network second) =>
        Assert.All(first.state_dict().Zip(second.state_dict()), pair =>
            Assert.True(pair.First.Value.Equals(pair.Second.Value), pair.First.Key)
        );

    private sealed class StopAt(CancellationTokenSource cancellation, double at) : IProgress<TaskProgress>
    {
        public void Report(TaskProgress value)
        {
            if (value.Fraction >= at)
            {
                cancellation.Cancel();
            }
        }
    }
}
