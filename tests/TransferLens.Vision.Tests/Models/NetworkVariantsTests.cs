using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models;

/// <summary>Values of <c>tests/reference/network_variants.py</c>.</summary>
public class NetworkVariantsTests
{
    private static readonly JsonNode Reference = JsonNode.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "network_variants.json"))
    )!;

    public static TheoryData<string> Variants => [.. Reference["variants"]!.AsObject().Select(entry => entry.Key)];

    public static TheoryData<string> Trained => [.. Reference["training"]!.AsObject().Select(entry => entry.Key)];

    [Theory]
    [MemberData(nameof(Variants))]
    public void The_weights_tell_the_variant_and_every_module_agrees_with_PyTorch(string variant)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var expected = Reference["variants"]![variant]!;
        using var weights = WeightsOf(expected);
        var name = (string)expected["network"]!;
        using var network = NetworkFit.Create(Networks.Find(name), weights);
        Assert.Equal(weights.Count, WeightsLoader.Load(network, weights, newHead: false).Loaded.Length);
        Assert.Equal(Networks.Find(name).Modules, network.Modules.Select(module => module.Name));
        network.eval();
        ModuleValues.AssertAgree(expected, network);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void A_variant_is_recognized(string variant)
    {
        using var scope = NewDisposeScope();
        using var weights = WeightsOf(Reference["variants"]![variant]!);
        var (network, classes) = NetworkFit.Find(weights)!.Value;
        Assert.Equal(10, classes);
        Assert.Equal("vit_tiny_patch16_224", network.Name);
    }

    [Fact]
    public void A_network_without_variants_and_weights_of_another_network_leave_the_architecture_as_it_is()
    {
        using var scope = NewDisposeScope();
        using var other = new StateDict([KeyValuePair.Create("conv1.weight", zeros(1))]);
        Assert.Same(Networks.Find("resnet18"), Networks.Find("resnet18").VariantFor(other));
        Assert.Same(Networks.Find("vit_tiny_patch16_224"), Networks.Find("vit_tiny_patch16_224").VariantFor(other));
        using var wider = new StateDict([KeyValuePair.Create("pos_embed", zeros(1, 197, 384))]);
        Assert.Same(Networks.Find("vit_tiny_patch16_224"), Networks.Find("vit_tiny_patch16_224").VariantFor(wider));
    }

    [Fact]
    public void Position_embeddings_of_a_billion_empty_rows_are_not_created()
    {
        using var scope = NewDisposeScope();
        using var weights = new StateDict([KeyValuePair.Create("pos_embed", zeros(1, 1_000_000_000, 0))]);
        Assert.Same(Networks.Find("vit_tiny_patch16_224"), Networks.Find("vit_tiny_patch16_224").VariantFor(weights));
    }

    [Fact]
    public void The_towers_of_CLIP_are_not_taken_for_another_transformer()
    {
        using var scope = NewDisposeScope();
        using var clip = Networks.Find("vit_base_patch32_clip_224").CreateOutline(3);
        using var weights = StateDict.Of(clip);
        using var plain = NetworkFit.Create(Networks.Find("vit_base_patch32_224"), weights);
        var message = Assert.Throws<InputException>(() => WeightsLoader.Load(plain, weights, newHead: false)).Message;
        Assert.Contains("They fit vit_base_patch32_clip_224 with 3 classes", message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Trained))]
    public void Gradients_and_running_statistics_of_training_agree_with_PyTorch(string name)
    {
        using var scope = NewDisposeScope();
        var expected = Reference["training"]![name]!;
        var depth = name.StartsWith("vit", StringComparison.Ordinal) ? 2 : (int?)null;
        using var network = ShortNetwork.Create(name, depth, null, 10);
        using (var weights = ReferenceWeights.Of(network, (int)expected["gain"]!))
        {
            WeightsLoader.Load(network, weights, newHead: false);
        }

        network.train();
        var loss = network.forward(ReferenceWeights.Images((int)expected["size"]!)).square().sum();
        BackwardPass.Run(loss);
        AssertNear((double)expected["loss"]!, loss.item<float>(), "loss");
        var gradients = network
            .named_parameters()
            .ToDictionary(entry => entry.name, entry => entry.parameter.grad!.to(float64).norm().item<double>());
        var norms = expected["gradients"]!.AsObject().ToDictionary(entry => entry.Key, entry => (double)entry.Value!);
        Assert.Equal(norms.Keys.Order(StringComparer.Ordinal), gradients.Keys.Order(StringComparer.Ordinal));
        // Rounding in float32 moves values across the kinks of ReLU, which moves gradients by up to half a percent.
        var rounding = 1e-5 * norms.Values.Max();
        Assert.All(norms, entry => AssertNear(entry.Value, gradients[entry.Key], entry.Key, rounding, 0.02));
        var state = network.state_dict();
        Assert.All(expected["statistics"]!.AsObject(), entry =>
            AssertNear((double)entry.Value!, state[entry.Key].to(float64).sum().item<double>(), entry.Key, 1e-3)
        );
    }

    private static void AssertNear(
        double expected,
        double actual,
        string name,
        double rounding = 0,
        double share = 1e-3
    ) =>
        Assert.True(
            Math.Abs(expected - actual) <= (share * Math.Abs(expected)) + rounding,
            $"{name}: {actual} instead of {expected}"
        );

    private static StateDict WeightsOf(JsonNode expected) =>
        ReferenceWeights.Of(
            expected["shapes"]!
                .AsObject()
                .ToDictionary(entry => entry.Key, entry => entry.Value!.AsArray().Select(x => (long)x!).ToArray())
        );
}
