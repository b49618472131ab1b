using TransferLens.Vision.Models.Onnx.Evaluation;
using TransferLens.Vision.Models.Onnx.Fusion;
using TransferLens.Vision.Models.Onnx.Operators;
using TransferLens.Vision.Training;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx.Fusion;

/// <summary>Attention that was written as two products and a softmax.</summary>
public sealed class AttentionPatternTests
{
    private const double Tolerance = 1e-6;

    // Batch, heads, queries, keys, width, width of the values; without heads: 0.
    [Theory]
    [InlineData(2, 3, 5, 5, 4, 4)]
    [InlineData(2, 3, 5, 7, 4, 4)]
    [InlineData(2, 3, 5, 5, 4, 6)]
    [InlineData(6, 0, 5, 5, 4, 4)]
    [InlineData(6, 0, 1, 9, 16, 16)]
    public void Values_and_gradients_are_those_of_the_nodes(int n, int heads, int queries, int keys, int width, int values)
    {
        using var scope = NewDisposeScope();
        long[] batch = heads > 0 ? [n, heads] : [n];
        Tensor[] taken = [Random([.. batch, queries, width]), Random([.. batch, width, keys]), Random([.. batch, keys, values])];
        Tensor[] copies = [.. taken.Select(value => value.detach().clone().requires_grad_())];
        var expected = matmul(matmul(taken[0], taken[1]).softmax(-1), taken[2]);
        var found = Fused(copies);
        AssertClose(expected, found);
        BackwardPass.Run(expected.pow(2).sum());
        BackwardPass.Run(found.pow(2).sum());
        Assert.All(taken.Zip(copies), pair => AssertClose(pair.First.grad!, pair.Second.grad!));
    }

    [Fact]
    public void One_set_of_keys_for_all_heads_is_computed_as_written()
    {
        using var scope = NewDisposeScope();
        Tensor[] taken = [Random(2, 3, 5, 4), Random(4, 5), Random(5, 4)];
        AssertClose(matmul(matmul(taken[0], taken[1]).softmax(-1), taken[2]), Fused(taken));
    }

    // The graph's own images are not part of the pattern.
    private static Tensor Fused(Tensor[] values)
    {
        var sketch = new GraphSketch();
        var scores = sketch.Add("MatMul", [GraphSketch.Images, "keys"]);
        var softmax = sketch.Add("Softmax", [scores], GraphSketch.Integer("axis", -1));
        var last = sketch.Add("MatMul", [softmax, "values"]);
        sketch.Ones("keys", 1);
        sketch.Ones("values", 1);
        var classifier = sketch.Classifier(last);
        var fused = Assert.IsType<FusedNode>(FusedNode.Find(classifier.Nodes[^1], new(classifier, [])));
        Assert.Equal(3, fused.Nodes.Length);
        var node = fused.Last with { Inputs = fused.Inputs };
        var own = new OnnxOperator(node.Operator, 1, OnnxTypes.Floats, fused.Compute);
        return new OnnxEvaluator([node], [node.Outputs[0]], "sketch", _ => own).Compute(
            name => values[fused.Inputs.IndexOf(name)],
            new()
        )[0];
    }

    private static Tensor Random(params long[] shape)
    {
        using var generator = new Generator((ulong)shape.Sum());
        return randn(shape, generator: generator).requires_grad_();
    }

    private static void AssertClose(Tensor expected, Tensor found)
    {
        Assert.Equal(expected.shape, found.shape);
        Assert.InRange((expected - found).abs().max().item<float>() / expected.abs().max().item<float>(), 0, Tolerance);
    }
}
