using TransferLens.Vision.Models.Onnx.Networks;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>Files whose exporter fixed the batch size.</summary>
public sealed class FrozenBatchTests(ExportedNetworks networks)
{
    // Large ones are tried with all networks only.
    public static TheoryData<string, int> Cases
    {
        get
        {
            string[] few = ["shufflenet_v2_x0_5", "tiny_swin", "tiny_vit"];
            var names = ExportedNetworks.Choose(few, () => [.. few, "resnet18", "swin_t", "vit_b_32"]);
            return [.. names.SelectMany(name => new[] { (name, 1), (name, 2) })];
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Networks_take_batches_of_any_size(string name, int batch)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var exported = networks.Get(name, $"--frozen {batch}");
        using var network = exported.Open();
        Assert.InRange(exported.Difference(network.forward(exported.Images)), 0, 1e-4);
        var notes = OnnxDefinition.Read(exported.File).Notes;
        Assert.Contains($"the batch size, {batch} in the file, is open here", notes);
        ExportedNetworks.Release(exported);
    }

    [Fact]
    public void Folded_batch_normalization_is_said()
    {
        var notes = OnnxDefinition.Read(networks.Get("resnet18", "--fused").File).Notes;
        Assert.Contains(notes, note => note.Contains("folded batch normalization into 20 convolutions"));
    }

    [Fact]
    public void Kept_batch_normalization_needs_no_note() =>
        Assert.Empty(OnnxDefinition.Read(networks.Get("resnet18", "--gradients").File).Notes);
}
