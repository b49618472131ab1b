using TransferLens.Vision.Models.Architectures;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models;

public class InitializationTests
{
    [Theory]
    [InlineData("fixup_resnet18", 8, 0.5)]
    [InlineData("fixup_resnet50", 16, 0.25)]
    public void Fixup_scales_the_first_convolutions_by_the_depth_and_zeroes_the_last(
        string name,
        int blocks,
        double exponent
    )
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create(name, 10, seed: 2);
        var last = name == "fixup_resnet18" ? "conv2" : "conv3";
        foreach (
            var (tensor, value) in network
                .state_dict()
                .Where(entry => entry.Key.StartsWith("layer", StringComparison.Ordinal))
        )
        {
            var part = tensor.Split('.')[2];
            if (part == last)
            {
                Assert.Equal(0f, value.abs().max().item<float>());
            }
            else if (part.StartsWith("conv", StringComparison.Ordinal) || part == "downsample")
            {
                var fan = value.shape[0] * value.shape[2] * value.shape[3];
                AssertDeviation(Math.Sqrt(2.0 / fan) * (part == "downsample" ? 1 : Math.Pow(blocks, -exponent)), value);
            }
            else
            {
                Assert.Equal([1L], value.shape);
                Assert.Equal(part == "scale" ? 1f : 0f, value.item<float>());
            }
        }
    }

    [Theory]
    [InlineData("fixup_resnet18")]
    [InlineData("fixup_resnet50")]
    public void A_new_fixup_block_without_a_projection_is_the_identity(string name)
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create(name, 10, seed: 2);
        var names = network.state_dict().Keys.ToHashSet();
        foreach (var block in network.Modules[1..^1].Where(block => !names.Contains($"{block.Name}.downsample.weight")))
        {
            var width = name == "fixup_resnet18" ? 64L : 256L;
            var input = rand(2, width << (block.Name[5] - '1'), 4, 4);
            Assert.True(block.Forward(input).contiguous().bytes.SequenceEqual(input.bytes));
        }
    }

    [Fact]
    public void Stem_and_head_of_fixup_have_the_default_initialization_of_PyTorch()
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create("fixup_resnet50", 1000, seed: 2);
        AssertUniform(1 / Math.Sqrt(3 * 7 * 7), network.state_dict()["conv1.weight"]);
        AssertUniform(1 / Math.Sqrt(2048), network.state_dict()["fc.weight"]);
        AssertUniform(1 / Math.Sqrt(2048), network.state_dict()["fc.bias"]);
    }

    [Fact]
    public void Networks_with_normalization_are_initialized_as_in_their_sources()
    {
        using var scope = NewDisposeScope();
        using var large = Networks.Create("resnet50", 1000, seed: 2);
        using var small = Networks.Create("cifar_resnet20", 1000, seed: 2);
        foreach (var (tensor, value) in large.state_dict().Where(entry => entry.Value.shape.Length == 4))
        {
            AssertDeviation(Math.Sqrt(2.0 / (value.shape[0] * value.shape[2] * value.shape[3])), value);
        }

        foreach (var (tensor, value) in small.state_dict().Where(entry => entry.Value.shape.Length > 1))
        {
            AssertDeviation(Math.Sqrt(2.0 / (value.numel() / value.shape[0])), value);
        }

        AssertUniform(1 / Math.Sqrt(2048), large.state_dict()["fc.weight"]);
        AssertUniform(1 / Math.Sqrt(64), small.state_dict()["linear.bias"]);
        Assert.All(large.state_dict().Where(entry => entry.Key.Contains("bn", StringComparison.Ordinal)), entry =>
            Assert.Equal(
                entry.Key.EndsWith("weight", StringComparison.Ordinal)
                || entry.Key.EndsWith("running_var", StringComparison.Ordinal)
                    ? 1.0
                    : 0.0,
                entry.Value.to(ScalarType.Float64).mean().item<double>()
            )
        );
    }

    [Theory]
    [InlineData("mobilenet_v2", true)]
    [InlineData("densenet121", false)]
    [InlineData("efficientnet_b0", true)]
    [InlineData("mobilenet_v3_small", true)]
    [InlineData("resnext50_32x4d", true)]
    public void Convolutions_of_other_networks_are_initialized_as_in_torchvision(string name, bool fanOut)
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create(name, 1000, seed: 2);
        foreach (var value in network.state_dict().Values.Where(value => value.shape.Length == 4))
        {
            AssertDeviation(
                Math.Sqrt(2.0 / ((fanOut ? value.shape[0] : value.shape[1]) * value.shape[2] * value.shape[3])),
                value
            );
        }

        var head = network.state_dict()[$"{network.Head.Name}.weight"];
        switch (name)
        {
            case "densenet121":
                AssertUniform(1 / Math.Sqrt(1024), head);
                break;
            case "efficientnet_b0":
                AssertUniform(1 / Math.Sqrt(1000), head);
                break;
            case "resnext50_32x4d":
                AssertUniform(1 / Math.Sqrt(2048), head);
                return;
            default:
                AssertDeviation(0.01, head);
                break;
        }

        Assert.All(network.state_dict().Where(entry => entry.Key.EndsWith("bias", StringComparison.Ordinal)), entry =>
            Assert.Equal(0f, entry.Value.abs().max().item<float>())
        );
    }

    [Fact]
    public void The_layers_of_VGG_are_initialized_as_in_torchvision()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        using var network = VggNetwork.Create(1000, generator, hidden: 16);
        foreach (var (name, value) in network.state_dict().Where(entry => entry.Value.shape.Length > 1))
        {
            AssertDeviation(value.shape.Length == 2 ? 0.01 : Math.Sqrt(2.0 / (value.shape[0] * 9)), value);
            Assert.Equal(
                0f,
                network.state_dict()[name.Replace("weight", "bias", StringComparison.Ordinal)].abs().max().item<float>()
            );
        }
    }

    [Theory]
    [InlineData("vit_tiny_patch16_224")]
    [InlineData("vit_small_patch14_reg4_dinov2")]
    [InlineData("deit3_small_patch16_224")]
    [InlineData("swin_t")]
    [InlineData("convnext_tiny")]
    public void Transformers_and_ConvNeXt_start_with_standard_deviation_0_02_and_zero_biases(string name)
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create(name, 1000, seed: 2);
        foreach (var (tensor, value) in network.state_dict())
        {
            if (
                tensor.StartsWith("patch_embed.proj", StringComparison.Ordinal)
                || (name == "swin_t" && tensor.StartsWith("features.0.0", StringComparison.Ordinal))
            )
            {
                AssertUniform(
                    1 / Math.Sqrt(3 * PatchOf(name) * PatchOf(name)),
                    value,
                    tensor.EndsWith("bias", StringComparison.Ordinal) ? 0.9 : 0.99
                );
            }
            else if (tensor is "cls_token" or "reg_token")
            {
                AssertDeviation(1e-6, value);
            }
            else if (tensor.EndsWith("gamma", StringComparison.Ordinal))
            {
                var initial = name.StartsWith("deit3", StringComparison.Ordinal) ? 1e-6f : 1e-5f;
                Assert.Equal(initial, value.unique().output.item<float>());
            }
            else if (!value.is_floating_point())
            {
                Assert.Equal((0L, 168L), (value.min().item<long>(), value.max().item<long>()));
            }
            else if (tensor.EndsWith("layer_scale", StringComparison.Ordinal))
            {
                Assert.Equal(1e-6f, value.unique().output.item<float>());
            }
            else if (value.shape.Length > 1)
            {
                AssertDeviation(0.02, value);
            }
            else
            {
                Assert.Equal(
                    tensor.EndsWith("weight", StringComparison.Ordinal) ? 1f : 0f,
                    value.abs().max().item<float>()
                );
            }
        }
    }

    private static int PatchOf(string name) =>
        name == "swin_t" ? 4 : int.Parse(name[(name.IndexOf("patch", StringComparison.Ordinal) + 5)..][..2]);

    // Five standard errors of a mean and of a standard deviation of n Gaussian values.
    private static void AssertDeviation(double expected, Tensor value)
    {
        var n = value.numel();
        Assert.InRange(value.std().item<float>() / expected, 1 - (5 / Math.Sqrt(2 * n)), 1 + (5 / Math.Sqrt(2 * n)));
        Assert.InRange(value.mean().item<float>() / expected, -5 / Math.Sqrt(n), 5 / Math.Sqrt(n));
    }

    private static void AssertUniform(double bound, Tensor value, double least = 0.99)
    {
        Assert.InRange(value.abs().max().item<float>(), least * bound, bound * 1.000001);
        Assert.InRange(
            value.mean().item<float>() / bound,
            -5 / Math.Sqrt(3.0 * value.numel()),
            5 / Math.Sqrt(3.0 * value.numel())
        );
    }
}
