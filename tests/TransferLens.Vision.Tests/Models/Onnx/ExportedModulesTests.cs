using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Models.Onnx.Networks;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>Networks from files are cut like those by name.</summary>
public sealed class ExportedModulesTests(ExportedNetworks networks, ITestOutputHelper output)
{
    private static readonly string[] Few =
    [
        "convnext_tiny",
        "densenet121",
        "efficientnet_b0",
        "mobilenet_v2",
        "mobilenet_v3_small",
        "resnet18",
        "swin_t",
    ];

    [Fact]
    public void Modules_are_those_of_the_network_by_name()
    {
        foreach (var name in ExportedNetworks.Choose(Few, All))
        {
            var exported = networks.Get(name, ExportedNetworks.OptionsFor(name));
            var modules = OnnxDefinition.Read(exported.File).ModuleNames;
            ExportedNetworks.Release(exported);
            output.WriteLine($"{name}: {string.Join(' ', modules)}");
            Assert.Equal(Networks.Find(name).Modules, modules);
        }
    }

    [Fact]
    public void A_stage_of_one_block_is_named_like_the_blocks_of_others()
    {
        var modules = OnnxDefinition.Read(networks.Get("regnet_y_400mf").File).ModuleNames.ToList();
        Assert.Equal(["stem", "trunk_output.block1.block1-0", "trunk_output.block2.block2-0"], modules[..3]);
        Assert.Equal(1 + 1 + 3 + 6 + 6 + 1, modules.Count);
    }

    private static string[] All() => [.. ExportedNetworks.OfTorchvision.Where(Networks.Names.Contains)];
}
