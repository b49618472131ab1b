using TransferLens.Vision.Models.Onnx.Structure;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx.Structure;

/// <summary>Concatenations that begin with others.</summary>
public sealed class ConcatenationChainTests
{
    private readonly GraphSketch sketch = new();

    [Fact]
    public void A_concatenation_takes_the_result_of_the_one_that_it_begins_with()
    {
        var (a, b, c, d) = (Value("Relu"), Value("Neg"), Value("Abs"), Value("Sigmoid"));
        var two = Concat(1, a, b);
        var three = Concat(1, a, b, c);
        var four = Concat(1, a, b, c, d);
        var chained = Chained(two, three, four);
        Assert.Equal(
            [
                [a, b],
                [two, c],
                [three, d],
            ],
            chained
        );
    }

    [Fact]
    public void Other_concatenations_stay_as_they_are()
    {
        var (a, b, c) = (Value("Relu"), Value("Neg"), Value("Abs"));
        var two = Concat(1, a, b);
        var (axis, other, inner, same) = (Concat(2, a, b, c), Concat(1, a, c, b), Concat(1, c, a, b), Concat(1, a, b));
        Assert.Equal(
            [
                [a, b],
                [a, b, c],
                [a, c, b],
                [c, a, b],
                [a, b],
            ],
            Chained(two, axis, other, inner, same)
        );
    }

    private string Value(string op) => sketch.Add(op, [GraphSketch.Images]);

    private string Concat(long axis, params string[] values) =>
        sketch.Add("Concat", values, GraphSketch.Integer("axis", axis));

    // The inputs of the concatenations, after a check that all values stay the same.
    private List<string[]> Chained(params string[] values)
    {
        using var scope = NewDisposeScope();
        var sums = values.Select(value => sketch.Add("ReduceSum", [value])).ToArray();
        var classifier = sketch.Classifier(sketch.Add("Sum", sums));
        var chained = ConcatenationChain.Chain(classifier);
        var images = GraphSketch.RandomImages(2);
        var (before, after) = (
            GraphSketch.Compute(classifier, images, values),
            GraphSketch.Compute(chained, images, values)
        );
        Assert.All(before.Zip(after), pair => Assert.True(pair.First.equal(pair.Second).all().item<bool>()));
        return chained.Nodes.Where(node => node.Operator == "Concat").Select(node => node.Inputs.ToArray()).ToList();
    }
}
