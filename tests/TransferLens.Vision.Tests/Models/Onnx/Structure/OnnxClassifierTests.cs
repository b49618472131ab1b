using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Models.Onnx;
using TransferLens.Vision.Models.Onnx.Export;
using TransferLens.Vision.Models.Onnx.Files;
using TransferLens.Vision.Models.Onnx.Networks;
using TransferLens.Vision.Tests.Models.Onnx.Export;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx.Structure;

/// <summary>From images to logits: what a file has after them, and in other number formats.</summary>
public sealed class OnnxClassifierTests : IDisposable
{
    private const int Float16 = 10;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("Softmax")]
    [InlineData("LogSoftmax")]
    [InlineData("Sigmoid")]
    [InlineData("ArgMax")]
    public void What_follows_the_logits_is_left_out_with_a_note(string last)
    {
        using var scope = NewDisposeScope();
        var plain = Write("plain.onnx", sketch => Logits(sketch));
        var ended = Write("ended.onnx", sketch => sketch.Add(last, [Logits(sketch)]));
        Assert.Empty(OnnxDefinition.Read(plain).Notes);
        Assert.Contains(last, Assert.Single(OnnxDefinition.Read(ended).Notes));
        AssertSame(plain, ended);
    }

    [Fact]
    public void A_graph_of_nothing_else_is_refused()
    {
        var path = Write("nothing.onnx", sketch => sketch.Add("Softmax", [GraphSketch.Images]));
        Assert.Contains(
            "does not depend on the images",
            Assert.Throws<InputException>(() => OnnxDefinition.Read(path)).Message
        );
    }

    [Fact]
    public void What_is_computed_in_float16_is_computed_in_float32()
    {
        using var scope = NewDisposeScope();
        var plain = Write("plain.onnx", sketch => Logits(sketch));
        var half = Write("half.onnx", sketch =>
            Cast(sketch, Logits(sketch, Cast(sketch, GraphSketch.Images, Float16)), OnnxElement.Float.Code)
        );
        AssertSame(plain, half);
        using var frozen = no_grad();
        using var read = SmallNetworks.Read(half);
        var images = GraphSketch.RandomImages(3);
        var expected = read.forward(images);
        Assert.InRange(SmallNetworks.Difference(read.forward(images.to(ScalarType.BFloat16)), expected), 1e-6, 0.05);
    }

    [Fact]
    public void Weights_that_a_node_casts_are_weights()
    {
        var sketch = new GraphSketch();
        var features = sketch.Add("Flatten", [sketch.Add("GlobalAveragePool", [GraphSketch.Images])]);
        var weight = Cast(sketch, sketch.Weight("stored", 5, 3), OnnxElement.Float.Code);
        var path = Write("cast.onnx", sketch, sketch.Add("Gemm", [features, weight], GraphSketch.Integer("transB", 1)));
        var definition = OnnxDefinition.Read(path);
        Assert.NotNull(definition.Head);
        Assert.Equal(5, definition.Classes);
    }

    [Theory]
    [InlineData("Gemm", "multiplies shapes that do not fit, [2, 3] and [4, 5]")]
    [InlineData("MatMul", "multiplies shapes that do not fit, [2, 3] and [4, 5]")]
    public void A_product_that_does_not_fit_is_refused(string op, string message)
    {
        var path = Write("wrong.onnx", sketch =>
        {
            var features = sketch.Add("Flatten", [sketch.Add("GlobalAveragePool", [GraphSketch.Images])]);
            return sketch.Add(op, [features, sketch.Weight("fc.weight", 4, 5)]);
        });
        Assert.Contains(message, Assert.Throws<InputException>(() => OnnxDefinition.Read(path)).Message);
    }

    [Fact]
    public void An_exported_graph_states_the_size_of_the_images_that_it_is_exported_for()
    {
        using var scope = NewDisposeScope();
        using var read = SmallNetworks.Read(Write("fixed.onnx", sketch => Logits(sketch)));
        var settings = new OnnxExportSettings(new(16, 16, Normalization.ImageNet));
        OnnxExport.Write(folder["again.onnx"], read, settings);
        var images = OnnxFile.Read(folder["again.onnx"]).Graph.Inputs[0].Type!.Tensor!.Shape;
        Assert.Equal("[batch, 3, 16, 16]", $"{images}");
    }

    private static string Logits(GraphSketch sketch, string from = GraphSketch.Images) =>
        sketch.Head(sketch.Add("Relu", [sketch.Convolution(from, "conv", 3, 4)]), "fc", 4, 5);

    private static string Cast(GraphSketch sketch, string value, int type) =>
        sketch.Add("Cast", [value], GraphSketch.Integer("to", type));

    private string Write(string name, Func<GraphSketch, string> graph)
    {
        var sketch = new GraphSketch();
        return Write(name, sketch, graph(sketch));
    }

    private string Write(string name, GraphSketch sketch, string logits)
    {
        using var file = File.Create(folder[name]);
        OnnxFile.Write(sketch.Model(logits), file);
        return folder[name];
    }

    private static void AssertSame(string one, string other)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var expected = SmallNetworks.Read(one);
        using var found = SmallNetworks.Read(other);
        var images = GraphSketch.RandomImages(3);
        Assert.InRange(SmallNetworks.Difference(found.forward(images), expected.forward(images)), 0, 1e-6);
    }
}
