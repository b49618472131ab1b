using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using TorchSharp;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models;

public class NetworksTests
{
    private static readonly JsonNode Reference = JsonNode.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "networks.json"))
    )!;

    public static TheoryData<string> Names => [.. Networks.Names];

    public static TheoryData<string> Published => [.. Reference.AsObject().Select(entry => entry.Key)];

    [Theory]
    [InlineData("resnet18")]
    [InlineData("resnet50")]
    [InlineData("fixup_resnet18")]
    [InlineData("fixup_resnet50")]
    public void Logits_agree_with_an_independent_implementation(string name)
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Find(name).CreateOutline(10);
        using var weights = ReferenceWeights.Of(network);
        var report = WeightsLoader.Load(network, weights, newHead: false);
        Assert.Equal(weights.Count, report.Loaded.Length);
        network.eval();
        var expected = Reference[name]!["logits"]!
            .AsArray()
            .SelectMany(row => row!.AsArray().Select(x => x!.GetValue<float>()))
            .ToArray();
        using var frozen = no_grad();
        var logits = network.forward(ReferenceWeights.Images()).data<float>().ToArray();
        var largest = expected.Max(Math.Abs);
        Assert.All(expected.Zip(logits), pair => Assert.Equal(pair.First / largest, pair.Second / largest, 1e-4f));
    }

    [Theory]
    [MemberData(nameof(Published))]
    public void Tensors_have_the_published_names_and_shapes(string name)
    {
        using var scope = NewDisposeScope();
        var lines = Networks
            .Find(name)
            .Shapes(10)
            .Select(entry => $"{entry.Key} [{string.Join(", ", entry.Value)}]\n")
            .Order(StringComparer.Ordinal)
            .ToList();
        Assert.Equal(Reference[name]!["tensors"]!.GetValue<int>(), lines.Count);
        Assert.Equal(
            Reference[name]!["sha256"]!.GetValue<string>(),
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))))
        );
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_tensor_belongs_to_exactly_one_of_the_declared_modules(string name)
    {
        using var network = NewWeights.On(new Device(DeviceType.META), () => Networks.Find(name).CreateOutline(7));
        Assert.All(network.state_dict().Keys, tensor => Assert.Single(network.Modules, module => module.Owns(tensor)));
        Assert.Contains(network.Modules, module => module.Name == Networks.Find(name).LastStage);
        Assert.Equal(Networks.Find(name).Modules, network.Modules.Select(module => module.Name));
        Assert.Equal(Networks.Find(name).Head, network.Head.Name);
        Assert.Equal([7L], network.state_dict()[$"{network.Head.Name}.bias"].shape);
        Assert.Equal(network.Modules.Length, network.Modules.DistinctBy(module => module.Name).Count());
    }

    [Theory]
    [InlineData("cifar_resnet8")]
    [InlineData("resnet18")]
    [InlineData("fixup_resnet18")]
    public void Equal_seeds_give_equal_weights_to_the_bit(string name)
    {
        using var scope = NewDisposeScope();
        using var first = Networks.Create(name, 3, seed: 5);
        using var second = Networks.Create(name, 3, seed: 5);
        using var other = Networks.Create(name, 3, seed: 6);
        Assert.All(first.state_dict(), entry => Assert.True(Same(entry.Value, second.state_dict()[entry.Key])));
        Assert.All(
            first
                .state_dict()
                .Where(entry =>
                    entry.Key.EndsWith("conv1.weight", StringComparison.Ordinal)
                    || entry.Key.StartsWith(first.Head.Name + ".", StringComparison.Ordinal)
                ),
            entry => Assert.False(Same(entry.Value, other.state_dict()[entry.Key]))
        );
    }

    [Theory]
    [InlineData("cifar_resnet8")]
    [InlineData("resnet18")]
    [InlineData("fixup_resnet18")]
    [InlineData("fixup_resnet50")]
    public void A_new_network_has_finite_logits_and_gradients_in_both_number_formats(string name)
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create(name, 5, seed: 1);
        var images = ReferenceWeights.Images()[TensorIndex.Ellipsis, ..32, ..32];
        var logits = network.forward(images);
        Assert.Equal([2L, 5L], logits.shape);
        Assert.True(logits.isfinite().all().item<bool>());
        BackwardPass.Run(logits.square().sum());
        Assert.All(network.parameters(), parameter =>
            Assert.True(
                parameter.grad is { } gradient
                    && gradient.dtype == ScalarType.Float32
                    && gradient.isfinite().all().item<bool>()
            )
        );

        network.eval();
        using var frozen = no_grad();
        var full = network.forward(images);
        var half = network.forward(images.to(ScalarType.BFloat16));
        Assert.Equal(ScalarType.Float32, half.dtype);
        Assert.InRange((half - full).norm().item<float>() / full.norm().item<float>(), 0f, 0.05f);
    }

    [Theory]
    [InlineData("cifar_resnet8")]
    [InlineData("resnet50")]
    [InlineData("fixup_resnet18")]
    [InlineData("fixup_resnet50")]
    public void A_forward_pass_leaves_no_tensor_except_its_logits(string name)
    {
        using var network = Networks.Create(name, 5, seed: 1);
        using var images = rand(2, 3, 32, 32);
        using var frozen = no_grad();
        network.forward(images).Dispose();
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        network.forward(images).Dispose();
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Batch_normalization_updates_its_statistics_with_momentum_0_1_and_counts_batches()
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create("cifar_resnet8", 5, seed: 1);
        using var frozen = no_grad();
        var images = ReferenceWeights.Images();
        var convolved = nn.functional.conv2d(
            images,
            network.state_dict()["conv1.weight"],
            strides: [1, 1],
            padding: [1, 1]
        );
        network.train();
        network.forward(images);
        network.forward(images);
        var state = network.state_dict();
        Assert.Equal(2, state["bn1.num_batches_tracked"].item<long>());
        AssertNear(convolved.mean([0, 2, 3]) * 0.19, state["bn1.running_mean"]);
        AssertNear((convolved.var([0, 2, 3], unbiased: true) * 0.19) + 0.81, state["bn1.running_var"]);
    }

    [Fact]
    public void Forward_is_the_composition_of_the_modules()
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create("fixup_resnet18", 5, seed: 1);
        using var frozen = no_grad();
        var images = rand(2, 3, 32, 32);
        var composed = network.Modules.Aggregate(images, (value, module) => module.Forward(value));
        Assert.True(Same(composed, network.forward(images)));
    }

    [Fact]
    public void An_unknown_name_and_too_small_images_are_input_errors()
    {
        Assert.Contains(
            "cifar_resnet20",
            Assert.Throws<InputException>(() => Networks.Create("cifar_resnet21", 10, 0)).Message
        );
        Assert.Contains(
            "32",
            Assert.Throws<InputException>(() => Networks.Find("fixup_resnet50").CheckSize(31)).Message
        );
        Networks.Find("fixup_resnet50").CheckSize(32);
    }

    private static void AssertNear(Tensor expected, Tensor actual) =>
        Assert.InRange((expected - actual).abs().max().item<float>() / expected.abs().max().item<float>(), 0f, 1e-4f);

    private static bool Same(Tensor a, Tensor b) => a.shape.SequenceEqual(b.shape) && a.bytes.SequenceEqual(b.bytes);
}
