using TransferLens.Tests;
using TransferLens.Vision.Models.Onnx.Networks;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>Files whose exporter fixed the batch size.</summary>
public sealed class FrozenBatchTests
{
    [Theory]
    [InlineData("resnet18", 1)]
    [InlineData("shufflenet_v2_x0_5", 1)]
    [InlineData("shufflenet_v2_x0_5", 2)]
    [InlineData("swin_t", 1)]
    [InlineData("swin_t", 2)]
    [InlineData("vit_b_32", 1)]
    [InlineData("vit_b_32", 2)]
    public void Networks_take_batches_of_any_size(string name, int batch)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        ExportedNetwork.Export(folder, name, "--frozen", $"{batch}");
        var exported = new ExportedNetwork(folder, name);
        using var network = exported.Open();
        Assert.InRange(exported.Difference(network.forward(exported.Images)), 0, 1e-4);
        var notes = OnnxDefinition.Read(exported.File).Notes;
        Assert.Contains($"the batch size, {batch} in the file, is open here", notes);
    }

    [Fact]
    public void Folded_batch_normalization_is_said()
    {
        using var folder = new TemporaryFolder();
        ExportedNetwork.Export(folder, "resnet18", "--fused");
        var notes = OnnxDefinition.Read(folder["resnet18.onnx"]).Notes;
        Assert.Contains(notes, note => note.Contains("folded batch normalization into 20 convolutions"));
    }

    [Fact]
    public void Kept_batch_normalization_needs_no_note()
    {
        using var folder = new TemporaryFolder();
        ExportedNetwork.Export(folder, "resnet18");
        Assert.Empty(OnnxDefinition.Read(folder["resnet18.onnx"]).Notes);
    }
}
