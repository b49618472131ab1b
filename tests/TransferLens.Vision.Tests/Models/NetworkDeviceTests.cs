using TorchSharp;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Models.Layers;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models;

/// <summary>
/// Networks on another device than the processor, without having one: libtorch's device <c>meta</c> keeps shapes
/// alone, and refuses, as a GPU does, to mix its tensors with the processor's. It has no convolution and no
/// normalization.
/// </summary>
public class NetworkDeviceTests
{
    public static TheoryData<string> OneOfEachKind =>
        [
            "cifar_resnet8",
            "resnet50",
            "fixup_resnet50",
            "vgg16_bn",
            "mobilenet_v2",
            "densenet121",
            "convnext_tiny",
            "vit_tiny_patch16_224",
            "vit_large_patch14_reg4_dinov2",
            "vit_base_patch32_clip_224",
            "efficientnet_b0",
            "mobilenet_v3_large",
            "swin_b",
        ];

    private static Network Meta(string name) => Networks.Create(name, 5, seed: 1, device(DeviceType.META));

    private static bool IsMeta(Tensor tensor) => tensor.device_type == DeviceType.META;

    [Theory]
    [MemberData(nameof(OneOfEachKind))]
    public void All_tensors_are_on_the_device_that_the_network_was_created_for(string name)
    {
        using var scope = NewDisposeScope();
        using var network = NewWeights.On(device(DeviceType.META), () => Networks.Find(name).CreateOutline(5));
        Assert.All(network.state_dict(), entry => Assert.True(IsMeta(entry.Value), entry.Key));
        Assert.NotEmpty(network.state_dict());
    }

    [Fact]
    public void A_network_created_afterwards_is_on_the_CPU_again()
    {
        Assert.ThrowsAny<Exception>(() =>
            NewWeights.On(device(DeviceType.META), () => throw new InvalidOperationException())
        );
        using var network = Networks.Create("cifar_resnet8", 5, seed: 1);
        Assert.All(network.state_dict(), entry => Assert.Equal(DeviceType.CPU, entry.Value.device_type));
    }

    [Fact]
    public void Batches_are_moved_to_the_network_and_logits_back()
    {
        using var scope = NewDisposeScope();
        var root = new NetworkRoot();
        var linear = NewLinear();
        root.Add("fc", linear);
        using var network = new Network("one layer", root, [new("fc", ["fc"], linear.forward)]);
        Assert.True(IsMeta(network.forward(zeros(4, 3, device: device(DeviceType.META)))));
        // Copying values back is the one thing that meta does not support.
        Assert.Contains(
            "copy out of meta tensor",
            Assert.ThrowsAny<Exception>(() => network.forward(zeros(4, 3))).Message
        );

        static Linear NewLinear()
        {
            Linear? made = null;
            NewWeights.On(device(DeviceType.META), () =>
                new Network("", made = new Linear(3, 5), [new("fc", ["weight", "bias"], made.forward)])
            );
            return made!;
        }
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adamw")]
    public void A_step_computes_on_the_device_of_the_parameters(string optimizer)
    {
        using var scope = NewDisposeScope();
        using var network = Meta("cifar_resnet8");
        using var onProcessor = Networks.Create("cifar_resnet8", 5, seed: 1, CPU);
        using var initial = StateDict.Of(onProcessor);
        using var frozen = new FrozenParts(network, ["conv1"]);
        using var moved = new Optimizer(
            OptimizerSettings.Default with
            {
                Name = optimizer,
                WeightDecay = 0.1,
            },
            ParameterGroup.Split(
                network,
                TrainingSettings.Default with
                {
                    ParameterGroups = [new("linear", 1, null, 0.5, "initial")],
                },
                frozen,
                null
            ),
            initial
        );
        foreach (var parameter in network.parameters().Where(parameter => parameter.requires_grad))
        {
            parameter.grad = ones_like(parameter);
        }

        moved.Step(0.1);
        Assert.All(moved.State(), entry => Assert.True(IsMeta(entry.Value), entry.Key));
        Assert.NotEmpty(moved.State());
    }

    [Fact]
    public void Weights_are_loaded_and_written_across_devices()
    {
        using var scope = NewDisposeScope();
        using var network = Meta("cifar_resnet8");
        using var onProcessor = Networks.Create("cifar_resnet8", 5, seed: 2, CPU);
        using var weights = StateDict.Of(onProcessor);
        Assert.Equal(weights.Count, WeightsLoader.Load(network, weights, newHead: false).Loaded.Length);
        weights.CopyTo(network);
        Assert.All(network.state_dict(), entry => Assert.True(IsMeta(entry.Value), entry.Key));
    }

    [Fact]
    public void On_the_CPU_a_batch_gets_channels_last_without_a_copy_if_it_has_them()
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create("cifar_resnet8", 5, seed: 1);
        using var batch = rand(2, 3, 32, 32);
        using var here = network.ToDevice(batch);
        Assert.Equal(1, here.stride(1));
        Assert.True(here.equal(batch).all().item<bool>());
        using var again = network.ToDevice(here);
        again.fill_(3);
        Assert.Equal(3, here[0, 0, 0, 0].item<float>());
    }
}
