using TransferLens.Vision.Models.Onnx;
using TransferLens.Vision.Models.Onnx.Structure;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx.Structure;

/// <summary>Cutting a graph at the values through which all computation passes.</summary>
public sealed class StretchTests
{
    [Fact]
    public void A_chain_is_cut_behind_every_node_and_a_shortcut_keeps_a_block_together()
    {
        var sketch = new GraphSketch();
        var stem = sketch.Add("Relu", [GraphSketch.Images]);
        var inner = sketch.Add("Relu", [sketch.Add("Neg", [stem])]);
        var sum = sketch.Add("Add", [inner, stem]);
        var output = sketch.Add("Tanh", [sum]);
        var stretches = Cut(sketch.Classifier(output));
        Assert.Equal([stem, sum, output], stretches.Select(stretch => stretch.Output));
        Assert.Equal(["Neg", "Relu", "Add"], stretches[1].Nodes.Select(node => node.Operator));
    }

    [Fact]
    public void A_network_is_cut_only_where_it_may_be()
    {
        var sketch = new GraphSketch();
        var first = sketch.Add("Relu", [GraphSketch.Images]);
        var second = sketch.Add("Neg", [first]);
        var classifier = sketch.Classifier(sketch.Add("Tanh", [second]));
        var stretches = Stretch.Of(classifier, ValueFlow.Of(classifier), value => value != second);
        Assert.Equal([first, classifier.Logits], stretches.Select(stretch => stretch.Output));
        Assert.Equal(2, stretches[1].Nodes.Length);
    }

    [Fact]
    public void Any_graph_is_the_composition_of_its_stretches_and_is_cut_wherever_it_can_be()
    {
        using var scope = NewDisposeScope();
        var images = GraphSketch.RandomImages(2);
        for (var seed = 0; seed < 200; seed++)
        {
            using var inner = NewDisposeScope();
            var classifier = RandomClassifier(new Random(seed));
            var stretches = Cut(classifier);
            var nodes = stretches.SelectMany(stretch => stretch.Nodes).ToList();
            Assert.Equal(classifier.Nodes.Length, nodes.Distinct().Count());
            Assert.Equal(classifier.Nodes.Length, nodes.Count);
            Assert.Equal(Separating(classifier), stretches.Select(stretch => stretch.Output));
            var value = images;
            foreach (var stretch in stretches)
            {
                value = Compute(classifier, stretch, value);
            }

            Assert.Equal(0, (value - Whole(classifier, images)).abs().max().item<float>());
        }
    }

    private static Stretch[] Cut(OnnxClassifier classifier) =>
        [.. Stretch.Of(classifier, ValueFlow.Of(classifier), _ => true)];

    private static OnnxClassifier RandomClassifier(Random random)
    {
        string[] unary = ["Relu", "Neg", "Tanh", "Abs"];
        var sketch = new GraphSketch();
        List<string> values = [GraphSketch.Images];
        for (var count = random.Next(1, 12); count > 0; count--)
        {
            // Mostly recent values, so that there is something to cut.
            string Recent() => values[Math.Max(0, values.Count - random.Next(1, 4))];
            values.Add(
                random.Next(3) == 0
                    ? sketch.Add("Add", [Recent(), Recent()])
                    : sketch.Add(unary[random.Next(unary.Length)], [Recent()])
            );
        }

        return sketch.Classifier(values[^1]);
    }

    // A value separates if the logits cannot be reached from the images without it.
    private static IEnumerable<string> Separating(OnnxClassifier classifier) =>
        classifier.Nodes.Select(node => node.Outputs[0]).Where(value => !IsReachable(classifier, value));

    private static bool IsReachable(OnnxClassifier classifier, string without)
    {
        var reached = new HashSet<string> { classifier.Images };
        foreach (var node in classifier.Nodes.Where(node => node.Outputs[0] != without))
        {
            if (node.Inputs.Any(reached.Contains))
            {
                reached.Add(node.Outputs[0]);
            }
        }

        return reached.Contains(classifier.Logits);
    }

    private static Tensor Whole(OnnxClassifier classifier, Tensor images) =>
        GraphSketch.Compute(classifier, images, classifier.Logits)[0];

    private static Tensor Compute(OnnxClassifier classifier, Stretch stretch, Tensor value)
    {
        OnnxNode Renamed(OnnxNode node) =>
            node with
            {
                Inputs = [.. node.Inputs.Select(input => input == stretch.Input ? GraphSketch.Images : input)],
            };

        var part = classifier with { Nodes = [.. stretch.Nodes.Select(Renamed)] };
        return GraphSketch.Compute(part, value, stretch.Output)[0];
    }
}
