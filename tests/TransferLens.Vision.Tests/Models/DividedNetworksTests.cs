using System.Text.Json.Nodes;
using TorchSharp;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models;

/// <summary>Networks whose module outputs were computed by <c>tests/reference/networks.py</c>.</summary>
public class DividedNetworksTests
{
    private static readonly JsonNode Reference = JsonNode.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "networks.json"))
    )!;

    public static TheoryData<string> Names =>
        [.. Reference.AsObject().Where(entry => entry.Value!["modules"] is not null).Select(entry => entry.Key)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_module_agrees_with_an_independent_implementation(string name)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var expected = Reference[name]!;
        using var network = ShortNetwork.Create(name, (int?)expected["depth"], null, 10);
        using (var weights = ReferenceWeights.Of(network, (int)expected["gain"]!))
        {
            Assert.Equal(weights.Count, WeightsLoader.Load(network, weights, newHead: false).Loaded.Length);
        }

        network.eval();
        ModuleValues.AssertAgree(expected, network);
    }

    public static TheoryData<string> All => [.. Networks.Names];

    [Theory]
    [MemberData(nameof(All))]
    public void A_network_is_recognized_by_the_names_and_shapes_of_its_tensors(string name)
    {
        using var scope = NewDisposeScope();
        using var network = NewWeights.On(device(DeviceType.META), () => Networks.Find(name).CreateOutline(3));
        using var weights = new StateDict(network.state_dict());
        // Networks of equal tensors: the first is found.
        var first = name.Replace("deit_", "vit_", StringComparison.Ordinal);
        first = first.Replace("clip_quickgelu_", "clip_", StringComparison.Ordinal);
        first = first.Replace("mocov3_", "", StringComparison.Ordinal);
        var found = NetworkFit.Find(weights);
        Assert.Equal((first, 3), (found?.Network.Name, found?.Classes));
    }

    [Fact]
    public void Old_tensor_names_of_DenseNet_are_read_as_the_current_ones()
    {
        using var folder = new TemporaryFolder();
        using var network = Networks.Find("densenet121").CreateOutline(2);
        using (var scope = NewDisposeScope())
        using (
            var weights = new StateDict(
                network
                    .state_dict()
                    .Select(entry =>
                        KeyValuePair.Create(
                            entry.Key.Contains("denselayer", StringComparison.Ordinal)
                                ? entry
                                    .Key.Replace("norm", "norm.", StringComparison.Ordinal)
                                    .Replace("conv", "conv.", StringComparison.Ordinal)
                                : entry.Key,
                            entry.Value
                        )
                    )
            )
        )
        {
            Assert.Contains("features.denseblock4.denselayer16.norm.2.running_var", weights.Keys);
            Safetensors.Write(folder["old.safetensors"], weights);
        }

        using var read = Checkpoint.Identify(folder["old.safetensors"]);
        Assert.Equal((Networks.Find("densenet121"), 2), (read.Network, read.Classes));
    }

    [Fact]
    public void A_vision_transformer_accepts_images_of_whole_patches()
    {
        Networks.Find("deit_tiny_patch16_224").CheckSize(224);
        Networks.Find("vit_base_patch16_224").CheckSize(384);
        Networks.Find("vit_base_patch14_dinov2").CheckSize(14);
        AssertRefused("vit_base_patch16_224", 250, "the size must be a multiple of 16, for example 240 or 256");
        AssertRefused("vit_base_patch14_dinov2", 2045, "the size must be a multiple of 14, for example 2044");
        AssertRefused("vit_base_patch32_224", 16, "the smallest size is 32");

        static void AssertRefused(string name, int size, string why) =>
            Assert.Contains(
                why + ".",
                Assert.Throws<InputException>(() => Networks.Find(name).CheckSize(size)).Message,
                StringComparison.Ordinal
            );
    }

    [Theory]
    [InlineData("vgg16_bn", 32)]
    [InlineData("mobilenet_v2", 32)]
    [InlineData("densenet121", 32)]
    [InlineData("vit_tiny_patch16_224", 224)]
    [InlineData("vit_small_patch14_reg4_dinov2", 28)]
    [InlineData("convnext_tiny", 32)]
    [InlineData("mobilenet_v3_small", 32)]
    [InlineData("swin_t", 32)]
    public void Training_lowers_the_loss_and_saved_weights_give_the_same_bits(string name, int size)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        using var network = CreateNetwork(name, generator);
        using var images = Ruled(4, size);
        Assert.All(network.parameters(), parameter => Assert.Null(parameter.grad));
        var losses = Losses(network, images, 2);
        Assert.True(losses[1] < losses[0], string.Join(", ", losses));
        Assert.All(network.named_parameters(), entry =>
            Assert.True(entry.parameter.grad is { } gradient && gradient.isfinite().all().item<bool>(), entry.name)
        );

        using var folder = new TemporaryFolder();
        using (var trained = StateDict.Of(network))
        {
            Safetensors.Write(folder["weights.safetensors"], trained);
        }

        using var read = Checkpoint.Read(folder["weights.safetensors"]);
        using var loaded = CreateNetwork(name, null);
        Assert.Equal(read.Count, WeightsLoader.Load(loaded, read, newHead: false).Loaded.Length);
        using var frozen = no_grad();
        network.eval();
        loaded.eval();
        var batch = ReferenceWeights.Images(size);
        var logits = network.forward(batch);
        Assert.Equal(logits.data<float>().ToArray(), loaded.forward(batch).data<float>().ToArray());

        var half = network.forward(batch.to(ScalarType.BFloat16));
        Assert.InRange((half - logits).norm().item<float>() / logits.norm().item<float>(), 0f, 0.1f);
        logits.Dispose();
        half.Dispose();
        var alive = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        network.forward(batch).Dispose();
        Assert.Equal(alive, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory]
    [InlineData("mobilenet_v2")]
    [InlineData("efficientnet_b0")]
    [InlineData("swin_t")]
    public void The_seed_decides_what_dropout_and_stochastic_depth_drop(string name)
    {
        using var images = Ruled(4, 32);
        Assert.Equal(Loss(1), Loss(1));
        Assert.NotEqual(Loss(1), Loss(2));

        // One batch of all images: apart from dropout, the seed decides their order only.
        double Loss(int seed)
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator(3);
            using var network = CreateNetwork(name, generator);
            return Math.Round(Losses(network, images, 1, seed)[0], 5);
        }
    }

    private static Network CreateNetwork(string name, Generator? generator) =>
        ShortNetwork.Create(name, name.EndsWith("dinov2", StringComparison.Ordinal) ? 2 : null, generator, 4);

    // Training losses of the same batch and epoch, so that dropout drops the same values each time.
    private static List<double> Losses(Network network, ImageSet images, int passes, int seed = 1)
    {
        using var before = StateDict.Of(network);
        using var frozen = new FrozenParts(network, TrainingSettings.Default);
        using var optimizer = new Optimizer(
            OptimizerSettings.Default,
            ParameterGroup.Split(network, TrainingSettings.Default, frozen, null),
            before
        );
        var recipe = new TrainingRecipe(
            TrainingSettings.Default with
            {
                BatchSize = images.Count,
            },
            0.01,
            seed,
            Normalization.ImageNet
        );
        return
        [
            .. Enumerable
                .Range(0, passes)
                .Select(_ =>
                    TrainingPass
                        .Run(
                            network,
                            frozen,
                            null,
                            images,
                            recipe,
                            optimizer,
                            0,
                            0.01,
                            _ => { },
                            TestContext.Current.CancellationToken
                        )
                        .Loss
                ),
        ];
    }

    private static ImageSet Ruled(int count, int size)
    {
        using var pixels = tensor([
                .. Enumerable
                    .Range(0, count)
                    .SelectMany(i =>
                        Enumerable
                            .Range(0, 3 * size * size)
                            .Select(j => (byte)(((37 * i) + (101 * j) + (13 * i * j)) % 251))
                    ),
            ])
            .view(count, 3, size, size);
        return ImageSet.InMemory(pixels, ["a", "b", "c", "d"], [.. Enumerable.Range(0, count).Select(i => i % 4)]);
    }
}
