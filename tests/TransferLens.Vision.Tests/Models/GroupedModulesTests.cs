using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Training;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models;

/// <summary>Networks whose modules are grouped.</summary>
public sealed class GroupedModulesTests
{
    private static readonly ModuleGroups Groups = new([
        KeyValuePair.Create("stem", "conv1|layer1.0"),
        KeyValuePair.Create("late", @"layer3\..*"),
    ]);

    [Fact]
    public void A_grouped_network_computes_the_same_and_owns_the_same_tensors()
    {
        using var scope = NewDisposeScope();
        var network = Networks.Find("cifar_resnet8");
        var grouped = Assert.IsType<NetworkArchitecture>(network.Group(Groups));
        Assert.Equal(["stem", "layer2.0", "late", "linear"], grouped.Modules);
        using var one = network.Create(classes: 3, seed: 5);
        using var other = grouped.Create(classes: 3, seed: 5);
        var images = rand(2, 3, 32, 32);
        Assert.True(one.forward(images).equal(other.forward(images)).all().item<bool>());
        Assert.Equal(one.state_dict().Keys, other.state_dict().Keys);
        Assert.True(other.Modules[0].Owns("conv1.weight"));
        Assert.True(other.Modules[0].Owns("layer1.0.conv1.weight"));
        Assert.False(other.Modules[0].Owns("layer2.0.conv1.weight"));
    }

    [Fact]
    public void Gradients_are_those_without_groups()
    {
        using var scope = NewDisposeScope();
        var network = Networks.Find("cifar_resnet8");
        using var one = network.Create(classes: 3, seed: 5);
        using var other = ((NetworkArchitecture)network.Group(Groups)).Create(classes: 3, seed: 5);
        var images = rand(4, 3, 32, 32);
        foreach (var net in new[] { one, other })
        {
            net.train();
            BackwardPass.Run(net.forward(images).pow(2).sum());
        }

        Assert.All(
            one.named_parameters().Zip(other.named_parameters()),
            pair => Assert.True(pair.First.parameter.grad!.equal(pair.Second.parameter.grad!).all().item<bool>())
        );
    }

    [Fact]
    public void Variants_and_outlines_stay_grouped()
    {
        var grouped = (NetworkArchitecture)
            Networks.Find("vit_tiny_patch16_224").Group(new([KeyValuePair.Create("blocks", @"blocks\..*")]));
        Assert.Equal(["patch_embed", "blocks", "norm", "head"], grouped.Modules);
        using var weights = Networks.Find("vit_tiny_patch16_224").Create(classes: 2, seed: 1);
        Assert.Equal(grouped.Modules, grouped.VariantFor(weights.state_dict()).Modules);
        using var outline = grouped.CreateOutline(2);
        Assert.Equal(weights.Modules[1].Tokens, outline.Modules[1].Tokens);
    }
}
