using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Onnx.Networks;
using TransferLens.Vision.Tests.Models.Onnx.Export;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx.Structure;

/// <summary>Small graphs that are written for a number of images.</summary>
public sealed class FixedBatchTests
{
    private const long Pixels = 3 * GraphSketch.Side * GraphSketch.Side;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Lengths_that_count_images_are_left_open(int batch)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var sketch = new GraphSketch(batch: batch);
        var rows = sketch.Add("Reshape", [GraphSketch.Images, sketch.Integers(batch * 3, 8, 8)]);
        var back = sketch.Add("Reshape", [sketch.Add("Relu", [rows]), sketch.Integers(batch, Pixels)]);
        using var network = SmallNetworks.Open(Read(sketch, Linear(sketch, back)));
        var images = GraphSketch.RandomImages(5);
        var expected = images.relu().flatten(1).matmul(network.state_dict()["fc.weight"].t());
        Assert.InRange(SmallNetworks.Difference(network.forward(images), expected), 0, 1e-5);
    }

    [Fact]
    public void Images_that_change_the_logits_of_others_are_refused()
    {
        var sketch = new GraphSketch(batch: 2);
        var mean = sketch.Add("ReduceMean", [GraphSketch.Images], GraphSketch.Integers("axes", 0));
        var flat = sketch.Add("Flatten", [sketch.Add("Sub", [GraphSketch.Images, mean])]);
        AssertRefused(sketch, Linear(sketch, flat), 2, "an image changes the logits of others in its batch");
    }

    // The logits of an image are the same with more images after it.
    [Fact]
    public void Images_that_change_the_logits_of_those_after_them_are_refused()
    {
        var sketch = new GraphSketch(batch: 2);
        var sums = sketch.Add("CumSum", [GraphSketch.Images, sketch.Integers(0)]);
        var logits = Linear(sketch, sketch.Add("Flatten", [sums]));
        AssertRefused(sketch, logits, 2, "an image changes the logits of others in its batch");
    }

    [Fact]
    public void Logits_that_do_not_count_images_are_refused()
    {
        var sketch = new GraphSketch(batch: 2);
        var mean = sketch.Add("ReduceMean", [GraphSketch.Images], GraphSketch.Integers("axes", 0));
        AssertRefused(sketch, Linear(sketch, sketch.Add("Flatten", [mean])), 2, "its output does not count them");
    }

    [Fact]
    public void A_reshape_that_mixes_images_is_refused_by_its_name()
    {
        var sketch = new GraphSketch(batch: 2);
        var mixed = sketch.Named("mix", "Reshape", [GraphSketch.Images, sketch.Integers(3, 2 * 64)]);
        var weight = sketch.Weight("fc.weight", 2 * 64, 5);
        AssertRefused(sketch, sketch.Add("MatMul", [mixed, weight]), 2, "node 'mix' (Reshape) mixes them");
    }

    [Fact]
    public void A_node_for_one_number_of_images_is_refused_by_its_name()
    {
        var sketch = new GraphSketch(batch: 2);
        var flat = sketch.Add("Flatten", [GraphSketch.Images]);
        var added = sketch.Named("tokens", "Add", [flat, sketch.Weight("tokens", 2, Pixels)]);
        AssertRefused(sketch, Linear(sketch, added), 2, "node 'tokens' (Add) does not take another number");
    }

    private static string Linear(GraphSketch sketch, string from) =>
        sketch.Add("Gemm", [from, sketch.Weight("fc.weight", 5, Pixels)], GraphSketch.Integer("transB", 1));

    private static OnnxDefinition Read(GraphSketch sketch, string logits) =>
        OnnxDefinition.Of(sketch.Model(logits), "sketch.onnx");

    private static void AssertRefused(GraphSketch sketch, string logits, int batch, string why)
    {
        var refused = Assert.Throws<InputException>(() => Read(sketch, logits));
        Assert.Equal(
            $"The ONNX file 'sketch.onnx' is for {batch} images at a time, and {why}; "
                + "export it with an open batch size (dynamic_axes in PyTorch).",
            refused.Message
        );
    }
}
