using TransferLens.Tests;
using TransferLens.Vision.Models.Onnx.Export;
using TransferLens.Vision.Tests.Models.Onnx.Export;
using TransferLens.Vision.Training;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>Training a network from a file costs what the same network by name costs.</summary>
public sealed class ExportedCostTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("cifar_resnet8")]
    [InlineData("mobilenet_v3_small")]
    [InlineData("resnet18")]
    [InlineData("vit_tiny_patch16_224")]
    public void The_cost_of_each_module_is_that_by_name(string name)
    {
        var size = SmallNetworks.SizeFor(name);
        using var network = SmallNetworks.Create(name);
        OnnxExport.Write(folder["network.onnx"], network, SmallNetworks.Settings(size));
        using var read = SmallNetworks.Read(folder["network.onnx"]);
        string[] frozen = [network.Modules[0].Name, network.Modules[1].Name];
        foreach (var freeze in new[] { null, frozen })
        {
            var expected = TrainingCost.Count(network, size, freeze);
            Assert.Equal(Costs(expected), Costs(TrainingCost.Count(read, size, freeze)));
            Assert.True(expected.PerImage > 0);
        }
    }

    // Position embeddings are exported for the size of the images, so the numbers of parameters differ.
    private static IEnumerable<(string, long, long)> Costs(TrainingCost cost) =>
        cost.Modules.Select(module => (module.Name, module.Forward, module.Backward));
}
