using TransferLens.Vision.Models.Onnx.Networks;
using TransferLens.Vision.Models.Onnx.Structure;
using TransferLens.Vision.Tests.Models.Onnx.Export;
using TransferLens.Vision.Tests.Models.Onnx.Fusion;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx.Structure;

/// <summary>Grouping stretches into modules.</summary>
public sealed class ModuleCutTests
{
    private const int Classes = 5;

    [Fact]
    public void Scopes_in_the_names_of_nodes_make_the_modules()
    {
        var sketch = new GraphSketch();
        var stem = sketch.Named("/relu/Relu", "Relu", [Scoped(sketch, GraphSketch.Images, "conv1", 4)]);
        var value = stem;
        for (var i = 0; i < 2; i++)
        {
            var first = Scoped(sketch, value, $"layer1/layer1.{i}/conv1", 4);
            var second = Scoped(sketch, sketch.Add("Relu", [first]), $"layer1/layer1.{i}/conv2", 4);
            value = sketch.Add("Add", [second, value]);
        }

        var definition = Read(sketch, sketch.Head(value, "fc", 4, Classes));
        Assert.Equal(["conv1", "layer1.0", "layer1.1", "fc"], definition.ModuleNames);
        Assert.Equal(stem, definition.Modules[0].Output);
        Assert.Equal(["GlobalAveragePool", "Flatten", "Gemm"], Operators(definition.Modules[^1]));
    }

    [Fact]
    public void Without_scopes_a_module_is_named_after_its_first_weight()
    {
        var sketch = new GraphSketch();
        var one = sketch.Add("Relu", [sketch.Convolution(GraphSketch.Images, "a", 3, 4)]);
        var two = sketch.Add(
            "MaxPool",
            [sketch.Convolution(one, "b", 4, 4)],
            GraphSketch.Integers("kernel_shape", 2, 2)
        );
        var definition = Read(sketch, sketch.Head(two, "c", 4, Classes));
        Assert.Equal(["a", "b", "c"], definition.ModuleNames);
        Assert.Equal(["Conv", "Relu"], Operators(definition.Modules[0]));
        Assert.Equal(["Conv", "MaxPool"], Operators(definition.Modules[1]));
    }

    [Fact]
    public void A_normalization_joins_the_layer_before_it()
    {
        var sketch = new GraphSketch();
        var normalized = Normalized(sketch, sketch.Convolution(GraphSketch.Images, "conv", 3, 4), "bn", 4);
        var definition = Read(sketch, sketch.Head(sketch.Add("Relu", [normalized]), "fc", 4, Classes));
        Assert.Equal(["conv", "fc"], definition.ModuleNames);
        Assert.Equal(["Conv", "BatchNormalization", "Relu"], Operators(definition.Modules[0]));
    }

    [Fact]
    public void Layers_that_share_a_weight_are_one_module_with_all_between_them()
    {
        var sketch = new GraphSketch();
        var one = sketch.Convolution(GraphSketch.Images, "stem", 3, 4);
        var two = sketch.Convolution(one, "shared", 4, 4);
        var three = sketch.Convolution(two, "between", 4, 4);
        var four = sketch.Convolution(three, "shared", 4, 4);
        var definition = Read(sketch, sketch.Head(four, "fc", 4, Classes));
        Assert.Equal(["stem", "shared", "fc"], definition.ModuleNames);
        Assert.Equal(3, definition.Modules[1].Stretches.Length);
    }

    [Fact]
    public void A_graph_of_features_ends_in_its_last_layer_and_gets_a_head()
    {
        var sketch = new GraphSketch();
        var convolution = sketch.Convolution(GraphSketch.Images, "conv", 3, 4);
        var definition = Read(sketch, sketch.Add("GlobalAveragePool", [sketch.Add("Relu", [convolution])]));
        Assert.Null(definition.Head);
        Assert.Equal(["conv", "head"], definition.ModuleNames);
        Assert.Equal(["Conv", "Relu", "GlobalAveragePool"], Operators(definition.Modules[0]));
    }

    [Fact]
    public void Any_network_is_the_composition_of_its_modules()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            using var scope = NewDisposeScope();
            using var frozen = no_grad();
            var sketch = new GraphSketch();
            var model = sketch.Model(RandomNetwork(sketch, new Random(seed)));
            var definition = OnnxDefinition.Of(model, "sketch.onnx");
            using var network = SmallNetworks.Open(definition);
            var images = GraphSketch.RandomImages(3);
            var classifier = OnnxClassifier.Of(model, "sketch.onnx");
            var expected = GraphSketch.Compute(classifier, images, classifier.Logits)[0];
            Assert.InRange(SmallNetworks.Difference(network.forward(images), expected), 0, 1e-5);
            Assert.Distinct(definition.ModuleNames);
            Assert.All(definition.Modules.Zip(definition.Modules.Skip(1)), pair =>
                Assert.Equal(pair.First.Output, pair.Second.Input)
            );
            var last = network.Modules[^1];
            Assert.Equal((last.Name, definition.Head!.Name), (definition.Head.Name, "fc"));
        }
    }

    // A chain of blocks of 4 channels.
    private static string RandomNetwork(GraphSketch sketch, Random random)
    {
        var value = sketch.Convolution(GraphSketch.Images, "stem", 3, 4);
        for (var i = 0; i < random.Next(1, 6); i++)
        {
            value = random.Next(6) switch
            {
                0 => sketch.Add(
                    "Add",
                    [Normalized(sketch, sketch.Convolution(value, $"r{i}", 4, 4), $"n{i}", 4), value]
                ),
                1 => sketch.Add("Mul", [value, sketch.Add("Sigmoid", [value])]),
                2 => sketch.Convolution(
                    sketch.Add(
                        "Concat",
                        [value, sketch.Convolution(value, $"c{i}", 4, 3)],
                        GraphSketch.Integer("axis", 1)
                    ),
                    $"d{i}",
                    7,
                    4,
                    side: 1
                ),
                3 => new LayerNormSketch { Of = value, Scope = $"l{i}" }.Write(sketch),
                4 => sketch.Add("Mul", [value, Gate(sketch, value, $"g{i}")]),
                _ => sketch.Add("Relu", [Normalized(sketch, sketch.Convolution(value, $"p{i}", 4, 4), $"n{i}", 4)]),
            };
        }

        return sketch.Head(value, "fc", 4, Classes);
    }

    // Squeeze and excitation.
    private static string Gate(GraphSketch sketch, string value, string scope) =>
        sketch.Add("Sigmoid", [sketch.Convolution(sketch.Add("GlobalAveragePool", [value]), scope, 4, 4, side: 1)]);

    private static string Normalized(GraphSketch sketch, string value, string scope, int channels)
    {
        var (weight, bias) = (sketch.Weight($"{scope}.weight", channels), sketch.Weight($"{scope}.bias", channels));
        var (mean, variance) = (
            sketch.Weight($"{scope}.running_mean", channels),
            sketch.Ones($"{scope}.var", channels)
        );
        return sketch.Add("BatchNormalization", [value, weight, bias, mean, variance]);
    }

    private static string Scoped(GraphSketch sketch, string from, string path, int outputs) =>
        sketch.Convolution(
            from,
            path.Replace('/', '.'),
            from == GraphSketch.Images ? 3 : 4,
            outputs,
            name: $"/{path}/Conv"
        );

    private static OnnxDefinition Read(GraphSketch sketch, string logits) =>
        OnnxDefinition.Of(sketch.Model(logits), "sketch.onnx");

    private static IEnumerable<string> Operators(ModulePart module) => module.Nodes.Select(node => node.Operator);
}
