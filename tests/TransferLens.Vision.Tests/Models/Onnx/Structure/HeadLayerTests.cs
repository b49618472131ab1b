using TransferLens.Vision.Models.Onnx;
using TransferLens.Vision.Models.Onnx.Networks;
using TransferLens.Vision.Models.Onnx.Structure;
using TransferLens.Vision.Tests.Models.Onnx.Export;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx.Structure;

/// <summary>Finding the last linear map, however it is written.</summary>
public sealed class HeadLayerTests
{
    private const int Features = 4;
    private const int Classes = 5;

    private static readonly Dictionary<string, Func<GraphSketch, string, string>> Heads = new(StringComparer.Ordinal)
    {
        ["Gemm"] = (sketch, from) =>
            sketch.Add("Gemm", [Flat(sketch, from), Weight(sketch), Bias(sketch)], GraphSketch.Integer("transB", 1)),
        ["Gemm without bias"] = (sketch, from) =>
            sketch.Add("Gemm", [Flat(sketch, from), Weight(sketch)], GraphSketch.Integer("transB", 1)),
        ["Gemm of weights by inputs"] = (sketch, from) =>
            sketch.Add("Gemm", [Flat(sketch, from), Turned(sketch), Bias(sketch)]),
        ["MatMul"] = (sketch, from) => sketch.Add("MatMul", [Flat(sketch, from), Turned(sketch)]),
        ["MatMul and Add"] = (sketch, from) =>
            sketch.Add("Add", [sketch.Add("MatMul", [Flat(sketch, from), Turned(sketch)]), Bias(sketch)]),
        ["Add of MatMul, turned"] = (sketch, from) =>
            sketch.Add("Add", [Bias(sketch), sketch.Add("MatMul", [Flat(sketch, from), Turned(sketch)])]),
        ["MatMul of transposed weights"] = (sketch, from) =>
            sketch.Add(
                "MatMul",
                [Flat(sketch, from), sketch.Add("Transpose", [Weight(sketch)], GraphSketch.Integers("perm", 1, 0))]
            ),
        ["convolution of one pixel"] = (sketch, from) =>
            Flat(sketch, sketch.Add("Relu", [sketch.Convolution(from, "fc", Features, Classes, side: 1)])),
    };

    private static readonly Dictionary<string, Func<GraphSketch, string, string>> NoHeads = new(StringComparer.Ordinal)
    {
        ["convolution of nine pixels"] = (sketch, from) =>
            Flat(sketch, sketch.Convolution(from, "fc", Features, Classes)),
        ["half of a linear map"] = (sketch, from) =>
            sketch.Add(
                "Gemm",
                [Flat(sketch, from), Weight(sketch)],
                GraphSketch.Integer("transB", 1),
                GraphSketch.Float("alpha", 0.5)
            ),
        ["scaled logits"] = (sketch, from) =>
            sketch.Add("Mul", [sketch.Add("MatMul", [Flat(sketch, from), Turned(sketch)]), Bias(sketch)]),
        ["two maps"] = (sketch, from) =>
            sketch.Add(
                "Add",
                [
                    sketch.Add("MatMul", [Flat(sketch, from), Turned(sketch)]),
                    sketch.Add("MatMul", [Flat(sketch, from), sketch.Weight("other.weight", Features, Classes)]),
                ]
            ),
    };

    public static TheoryData<string> Names => [.. Heads.Keys];

    public static TheoryData<string> NoNames => [.. NoHeads.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_linear_map_is_the_head_and_gives_the_same_logits_as_a_layer(string name)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var model = Model(Heads[name]);
        var definition = OnnxDefinition.Of(model, "sketch.onnx");
        Assert.Equal(("fc", Classes), (definition.Head!.Name, definition.Classes));
        Assert.Equal("fc.weight", definition.Head.Weight);
        Assert.Equal([Classes, Features], definition.Weights.Single(weight => weight.Name == "fc.weight").Shape[..2]);
        using var network = SmallNetworks.Open(definition);
        var (images, classifier) = (GraphSketch.RandomImages(3), OnnxClassifier.Of(model, "sketch.onnx"));
        var expected = GraphSketch.Compute(classifier, images, classifier.Logits)[0];
        Assert.InRange(SmallNetworks.Difference(network.forward(images), expected), 0, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_head_is_replaced_for_another_number_of_classes(string name)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var generator = new Generator(1);
        var definition = OnnxDefinition.Of(Model(Heads[name]), "sketch.onnx");
        using var network = OnnxNetwork.Create(definition, "sketch", 11, generator);
        Assert.Equal([3, 11], network.forward(GraphSketch.RandomImages(3)).shape);
    }

    [Theory]
    [MemberData(nameof(NoNames))]
    public void Something_else_is_not_the_head(string name) =>
        Assert.Null(OnnxDefinition.Of(Model(NoHeads[name]), "sketch.onnx").Head);

    private static OnnxModel Model(Func<GraphSketch, string, string> head)
    {
        var sketch = new GraphSketch();
        return sketch.Model(head(sketch, sketch.Convolution(GraphSketch.Images, "stem", 3, Features)));
    }

    private static string Flat(GraphSketch sketch, string from) =>
        sketch.Add("Flatten", [sketch.Add("GlobalAveragePool", [from])]);

    private static string Weight(GraphSketch sketch) => sketch.Weight("fc.weight", Classes, Features);

    private static string Turned(GraphSketch sketch) => sketch.Weight("fc.weight", Features, Classes);

    private static string Bias(GraphSketch sketch) => sketch.Weight("fc.bias", Classes);
}
