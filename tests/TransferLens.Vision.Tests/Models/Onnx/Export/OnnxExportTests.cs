using TransferLens.Tests;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Models.Layers;
using TransferLens.Vision.Models.Onnx.Export;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx.Export;

/// <summary>Exported networks in ONNX Runtime, and read again.</summary>
public sealed class OnnxExportTests(ITestOutputHelper output)
{
    private const double Tolerance = 1e-4;

    // One of each kind of each family, the small ones.
    private static readonly string[] Families =
    [
        "cifar_resnet8",
        "resnet18",
        "resnet50",
        "resnext50_32x4d",
        "fixup_resnet18",
        "fixup_resnet50",
        "vgg16_bn",
        "mobilenet_v2",
        "mobilenet_v3_small",
        "mobilenet_v3_large",
        "efficientnet_b0",
        "densenet121",
        "vit_tiny_patch16_224",
        "vit_base_patch32_384",
        "vit_small_patch16_mocov3_224",
        "deit3_small_patch16_224",
        "vit_small_patch14_dinov2",
        "vit_small_patch14_reg4_dinov2",
        "vit_base_patch16_clip_224",
        "vit_base_patch32_clip_quickgelu_224",
        "swin_t",
        "convnext_tiny",
    ];

    /// <summary>The networks; all of them, which takes minutes, with TRANSFERLENS_ONNX_NETWORKS=all.</summary>
    public static TheoryData<string> Names => [.. ExportedNetworks.Choose(Families, () => [.. Networks.Names])];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_network_has_the_same_logits_in_ONNX_Runtime_and_the_same_modules_when_it_is_read(string name)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = SmallNetworks.Create(name);
        var size = SmallNetworks.SizeFor(name);
        var result = OnnxExport.Write(folder["m.onnx"], network, SmallNetworks.Settings(size));
        var images = randn(2, 3, size, size);
        var expected = network.forward(images);
        var difference = SmallNetworks.Difference(Runtime.Compute(folder["m.onnx"], images), expected);
        using var read = SmallNetworks.Read(folder["m.onnx"]);
        var again = SmallNetworks.Difference(read.forward(images), expected);
        output.WriteLine($"{name} {size} {result.Images} {difference:g2} {again:g2}");
        Assert.InRange(difference, 0, Tolerance);
        Assert.InRange(result.Difference, 0, Tolerance);
        Assert.InRange(again, 0, Tolerance);
        Assert.Equal(network.Modules.Select(module => module.Name), read.Modules.Select(module => module.Name));
        AssertTensors(network, read);
    }

    // Each in the same module too.
    private static void AssertTensors(Network network, Network read)
    {
        Assert.Equal(Owners(network), Owners(read));

        static IEnumerable<string> Owners(Network network) =>
            network
                .state_dict()
                .Where(entry =>
                    !entry.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)
                    && !NetworkConstants.Contains(entry.Key)
                )
                .Select(entry =>
                    $"{network.Modules.Single(module => module.Owns(entry.Key)).Name}: {entry.Key} "
                    + (entry.Key == "pos_embed" ? "" : $"[{string.Join(", ", entry.Value.shape)}]")
                )
                .Order(StringComparer.Ordinal);
    }
}
