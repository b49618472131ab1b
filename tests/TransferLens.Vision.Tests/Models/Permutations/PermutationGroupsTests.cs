using TransferLens.Tests;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Models.Permutations;
using TransferLens.Vision.Tests.Models.Onnx;
using TransferLens.Vision.Tests.Models.Onnx.Export;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Permutations;

/// <summary>A network whose groups are permuted at random computes the same.</summary>
public sealed class PermutationGroupsTests(ExportedNetworks networks, ITestOutputHelper output)
{
    private const double Tolerance = 1e-4;

    // One of each kind of each family.
    private static readonly string[] Families =
    [
        "cifar_resnet20",
        "resnet18",
        "resnext50_32x4d",
        "fixup_resnet18",
        "vgg16_bn",
        "mobilenet_v2",
        "mobilenet_v3_small",
        "efficientnet_b0",
        "densenet121",
        "vit_tiny_patch16_224",
        "vit_small_patch14_reg4_dinov2",
        "vit_base_patch32_clip_quickgelu_224",
        "swin_t",
        "convnext_tiny",
    ];

    private static readonly string[] Few =
    [
        "alexnet",
        "convnext_tiny",
        "densenet121",
        "googlenet",
        "mnasnet0_5",
        "mobilenet_v3_small",
        "regnet_y_400mf",
        "resnet18",
        "shufflenet_v2_x0_5",
        "squeezenet1_1",
        "swin_t",
    ];

    /// <summary>The networks; all of them with TRANSFERLENS_ONNX_NETWORKS=all.</summary>
    public static TheoryData<string> Names => [.. ExportedNetworks.Choose(Families, () => [.. Networks.Names])];

    /// <summary>Networks that PyTorch exports; all of torchvision's with TRANSFERLENS_ONNX_NETWORKS=all.</summary>
    public static TheoryData<string> Exported =>
        [.. ExportedNetworks.Choose(Few, () => ExportedNetworks.OfTorchvision)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_random_permutation_of_every_group_of_a_network_changes_no_logit(string name)
    {
        using var network = SmallNetworks.Create(name);
        AssertSame(network, SmallNetworks.SizeFor(name));
    }

    [Theory]
    [MemberData(nameof(Exported))]
    public void A_random_permutation_of_every_group_of_a_graph_changes_no_logit(string name)
    {
        var exported = networks.Get(name, ExportedNetworks.OptionsFor(name));
        using var network = SmallNetworks.Read(exported.File);
        ExportedNetworks.Release(exported);
        AssertSame(network, 224);
    }

    [Fact]
    public void A_residual_stream_is_one_group_as_far_as_its_shortcuts_pass_it_on()
    {
        using var network = Networks.Create("cifar_resnet20", 10, 0, CPU);
        var groups = PermutationGroups.Find(network, 32).Groups;
        Assert.All(groups, group => Assert.Single(group.Blocks));
        // The stream, then the channels inside each block. Shortcuts pad with zeros: new channels are a group.
        Assert.Equal([16, 16, 16, 16, 32, 16, 32, 32, 64, 32, 64, 64], groups.Select(group => group.Channels.Count()));
    }

    [Fact]
    public void Heads_are_blocks_with_queries_and_keys_and_with_values()
    {
        using var network = SmallNetworks.Create("vit_tiny_patch16_224");
        var heads = PermutationGroups.Find(network, 224).Groups.Where(group => group.Blocks.Length > 1).ToList();
        Assert.Equal(2, heads.Count);
        Assert.All(heads, group => Assert.Equal(3, group.Blocks.Length));
        Assert.All(heads, group => Assert.Equal([64, 64], group.Blocks[0].Select(part => part.Length)));
    }

    private void AssertSame(Network network, int size)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var groups = PermutationGroups.Find(network, size);
        var images = randn([2, 3, size, size]);
        var expected = network.forward(images);
        var sources = RandomPermutation.Draw(groups, new Random(1));
        var state = network.state_dict();
        var (moved, all) = (0L, 0L);
        foreach (var (tensor, values) in groups.Permute(state, sources))
        {
            moved += values.ne(state[tensor]).any().item<bool>() ? values.numel() : 0;
            state[tensor].copy_(values);
        }

        all = network.parameters().Sum(parameter => parameter.numel());
        var difference = SmallNetworks.Difference(network.forward(images), expected);
        var channels = groups.Groups.Sum(group => group.Channels.Count());
        output.WriteLine(
            $"{network.Name}: {groups.Groups.Length} groups of {channels} channels, "
                + $"{(double)moved / all:p1} of the parameters in tensors that change, difference {difference:g2}"
        );
        Assert.InRange(difference, 0, Tolerance);
        Assert.InRange((double)moved / all, 0.5, 1.1);
    }
}
