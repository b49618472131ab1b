using TransferLens.Vision.Models.Onnx.Evaluation;
using TransferLens.Vision.Models.Onnx.Fusion;
using TransferLens.Vision.Models.Onnx.Operators;
using TransferLens.Vision.Models.Onnx.Structure;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx.Fusion;

/// <summary>Several nodes as one operation: when, and that nothing else is computed.</summary>
public sealed class FusedNodeTests
{
    public static TheoryData<string> Fusible => [.. FusionSketches.Fusible.Keys];

    public static TheoryData<string> Different => [.. FusionSketches.Different.Keys];

    [Theory]
    [MemberData(nameof(Fusible))]
    public void A_pattern_runs_as_one_operation_with_the_same_values(string name)
    {
        var sketch = new GraphSketch();
        var (fused, difference) = Fuse(sketch.Classifier(FusionSketches.Fusible[name](sketch)));
        Assert.Equal(sketch.Nodes.Count, Assert.Single(fused).Nodes.Length);
        Assert.InRange(difference, 0, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Different))]
    public void What_differs_from_a_pattern_is_left_as_it_is(string name)
    {
        var sketch = new GraphSketch();
        var (fused, difference) = Fuse(sketch.Classifier(FusionSketches.Different[name](sketch)));
        Assert.Empty(fused);
        Assert.Equal(0, difference);
    }

    [Fact]
    public void The_output_of_a_module_is_not_fused_away()
    {
        var sketch = new GraphSketch();
        var gate = sketch.Add("Sigmoid", [GraphSketch.Images]);
        var classifier = sketch.Classifier(sketch.Add("Mul", [GraphSketch.Images, gate]));
        Assert.NotNull(FusedNode.Find(classifier.Nodes[^1], new(classifier, [])));
        Assert.Null(FusedNode.Find(classifier.Nodes[^1], new(classifier, [gate])));
    }

    [Fact]
    public void Layer_normalization_of_bfloat16_is_computed_in_float32()
    {
        using var scope = NewDisposeScope();
        var sketch = new GraphSketch();
        var classifier = sketch.Classifier(FusionSketches.Fusible["layer normalization"](sketch));
        var fused = FusedNode.Find(classifier.Nodes[^1], new(classifier, []))!;
        var images = GraphSketch.RandomImages(2);
        var (single, half) = (Compute(fused, classifier, images), images.to(ScalarType.BFloat16));
        Assert.Equal(ScalarType.BFloat16, Compute(fused, classifier, half).dtype);
        Assert.True(Compute(fused, classifier, half).to(ScalarType.Float32).allclose(single, 0.02, 0.02));
        var exact = Compute(fused, classifier, images.to(ScalarType.Float64));
        Assert.Equal(ScalarType.Float64, exact.dtype);
        Assert.InRange((exact - single).abs().max().item<double>(), 1e-12, 1e-5); // more digits than float32 has
    }

    // What is fused, and the largest difference that it makes to the logits.
    private static (List<FusedNode> Fused, double Difference) Fuse(OnnxClassifier classifier)
    {
        using var scope = NewDisposeScope();
        var graph = new NodeGraph(classifier, []);
        var fused = classifier.Nodes.Select(node => FusedNode.Find(node, graph)).OfType<FusedNode>().ToList();
        var images = GraphSketch.RandomImages(2);
        var expected = GraphSketch.Compute(classifier, images, classifier.Logits)[0];
        var found = fused is [var only] ? Compute(only, classifier, images) : expected;
        Assert.Equal(expected.shape, found.shape);
        return (fused, (found - expected).abs().max().item<float>());
    }

    private static Tensor Compute(FusedNode fused, OnnxClassifier classifier, Tensor images)
    {
        var node = fused.Last with { Inputs = fused.Inputs };
        var own = new OnnxOperator(node.Operator, 1, OnnxTypes.Floats, fused.Compute);
        return new OnnxEvaluator([node], [node.Outputs[0]], "sketch", _ => own).Compute(
            name => name == GraphSketch.Images ? images : classifier.Stored[name].ToTensor(),
            new()
        )[0];
    }
}
