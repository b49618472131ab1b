using TransferLens.Vision.Models.Onnx.Structure;

namespace TransferLens.Vision.Tests.Models.Onnx.Structure;

/// <summary>Signs that an exporter folded batch normalization.</summary>
public sealed class FoldedNormalizationTests
{
    [Theory]
    [InlineData("onnx::Conv_193", true, "the exporter folded batch normalization into 1 convolution, ")]
    [InlineData("conv1.weight_fused_bn", true, "the exporter folded batch normalization into 1 convolution, ")]
    [InlineData("onnx::Conv_193", false, null)]
    [InlineData("conv1.weight", true, null)]
    public void New_weights_with_a_bias_are_a_sign(string weight, bool hasBias, string? note)
    {
        var sketch = new GraphSketch();
        var found = FoldedNormalization.NoteFor(
            sketch.Classifier(Convolution(sketch, GraphSketch.Images, weight, hasBias))
        );
        Assert.Equal(note is null, found is null);
        Assert.StartsWith(note ?? "", found ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void Several_are_counted()
    {
        var sketch = new GraphSketch();
        var first = Convolution(sketch, GraphSketch.Images, "onnx::Conv_1", true);
        var note = FoldedNormalization.NoteFor(sketch.Classifier(Convolution(sketch, first, "onnx::Conv_2", true)));
        Assert.Contains("into 2 convolutions, so fine-tuning trains none", note, StringComparison.Ordinal);
    }

    private static string Convolution(GraphSketch sketch, string from, string weight, bool hasBias)
    {
        sketch.Weight(weight, 3, 3, 1, 1);
        return sketch.Add("Conv", hasBias ? [from, weight, sketch.Weight($"{weight}.b", 3)] : [from, weight]);
    }
}
