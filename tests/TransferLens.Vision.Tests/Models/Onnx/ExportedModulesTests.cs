using TransferLens.Tests;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Models.Onnx.Networks;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>Networks from files are cut like those by name.</summary>
public sealed class ExportedModulesTests(ITestOutputHelper output)
{
    private const string Names = "TRANSFERLENS_ONNX_NETWORKS";

    private static readonly string[] Families =
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
        foreach (var name in Environment.GetEnvironmentVariable(Names)?.Split(' ') ?? Families)
        {
            using var folder = new TemporaryFolder();
            ExportedNetwork.Export(folder, name);
            var modules = OnnxDefinition.Read(folder[$"{name}.onnx"]).ModuleNames;
            output.WriteLine($"{name}: {string.Join(' ', modules)}");
            Assert.Equal(Networks.Find(name).Modules, modules);
        }
    }

    [Fact]
    public void A_stage_of_one_block_is_named_like_the_blocks_of_others()
    {
        using var folder = new TemporaryFolder();
        ExportedNetwork.Export(folder, "regnet_y_400mf");
        var modules = OnnxDefinition.Read(folder["regnet_y_400mf.onnx"]).ModuleNames.ToList();
        Assert.Equal(["stem", "trunk_output.block1.block1-0", "trunk_output.block2.block2-0"], modules[..3]);
        Assert.Equal(1 + 1 + 3 + 6 + 6 + 1, modules.Count);
    }
}
