using TransferLens.Tests;
using TransferLens.Vision.Models.Onnx.Export;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx.Export;

/// <summary>Exported files and ONNX's own checker.</summary>
public sealed class ExportReferenceTests
{
    [Fact]
    public void Exported_files_are_valid_for_the_checker_of_ONNX()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        (string Name, int Opset)[] cases =
        [
            ("cifar_resnet8", 13),
            ("mobilenet_v3_small", 17),
            ("fixup_resnet18", 17),
            ("vit_tiny_patch16_224", 13),
            ("vit_small_patch14_reg4_dinov2", 17),
            ("swin_t", 17),
        ];
        foreach (var (name, opset) in cases)
        {
            using var network = SmallNetworks.Create(name);
            var settings = SmallNetworks.Settings(SmallNetworks.SizeFor(name)) with { Opset = opset };
            OnnxExport.Write(folder[$"{name}.onnx"], network, settings with { WithPreprocessing = opset == 17 });
        }

        Reference.Run("onnx", "onnx_check.py", [.. cases.Select(network => folder[$"{network.Name}.onnx"])]);
    }
}
