using TransferLens.Vision.Models.Onnx;
using TransferLens.Vision.Models.Onnx.Evaluation;
using TransferLens.Vision.Models.Onnx.Structure;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>A graph of images <c>x</c> (batch, 3, 8, 8) that tests write node by node.</summary>
/// <param name="opset">Version of the operator set.</param>
/// <param name="batch">Number of images that the graph is for; null for any.</param>
internal sealed class GraphSketch(long opset = 16, long? batch = null)
{
    /// <summary>Name of the images.</summary>
    public const string Images = "x";

    /// <summary>Height and width of the images.</summary>
    public const long Side = 8;

    private const string File = "sketch.onnx";

    private readonly List<OnnxNode> nodes = [];
    private readonly List<OnnxTensor> stored = [];

    /// <summary>The nodes so far.</summary>
    public IReadOnlyList<OnnxNode> Nodes => nodes;

    /// <summary>Adds a node without a name, whose value is named like its operator and a number.</summary>
    /// <returns>Name of the value.</returns>
    public string Add(string op, string[] inputs, params OnnxAttribute[] attributes) =>
        Named("", op, inputs, attributes);

    /// <summary>Adds a node with a name.</summary>
    /// <returns>Name of the value.</returns>
    public string Named(string name, string op, string[] inputs, params OnnxAttribute[] attributes)
    {
        var output = $"{op}{nodes.Count}";
        nodes.Add(
            new()
            {
                Name = name,
                Operator = op,
                Inputs = [.. inputs],
                Outputs = [output],
                Attributes = [.. attributes],
                Opset = opset,
            }
        );
        return output;
    }

    /// <summary>Adds a scalar constant.</summary>
    public string Number(double value) => Store($"number{stored.Count}", tensor((float)value));

    /// <summary>Adds a constant of integers.</summary>
    public string Integers(params long[] values) => Store($"integers{stored.Count}", tensor(values));

    /// <summary>Adds random weights; the same for the same name and shape.</summary>
    public string Weight(string name, params long[] shape)
    {
        using var generator = new Generator((ulong)name.Sum(letter => letter));
        return Store(
            name,
            randn(shape, generator: generator) / Math.Sqrt(shape.Skip(1).Aggregate(1L, (a, b) => a * b))
        );
    }

    /// <summary>Adds weights of ones.</summary>
    public string Ones(string name, params long[] shape) => Store(name, ones(shape));

    /// <summary>Adds a convolution of 3 by 3 pixels, or of another size, that keeps height and width.</summary>
    public string Convolution(string from, string scope, int inputs, int outputs, long side = 3, string name = "")
    {
        var weight = Weight($"{scope}.weight", outputs, inputs, side, side);
        return Named(name, "Conv", [from, weight], Integers("pads", [.. Enumerable.Repeat(side / 2, 4)]));
    }

    /// <summary>Adds the mean over positions, and a linear map.</summary>
    public string Head(string from, string scope, int inputs, int classes)
    {
        var features = Add("Flatten", [Add("GlobalAveragePool", [from])]);
        var (weight, bias) = (Weight($"{scope}.weight", classes, inputs), Weight($"{scope}.bias", classes));
        return Add("Gemm", [features, weight, bias], Integer("transB", 1));
    }

    /// <summary>An attribute of integers.</summary>
    public static OnnxAttribute Integers(string name, params long[] values) =>
        new()
        {
            Name = name,
            Kind = OnnxAttributeKind.Integers,
            Integers = [.. values],
        };

    /// <summary>An attribute that is an integer.</summary>
    public static OnnxAttribute Integer(string name, long value) =>
        new()
        {
            Name = name,
            Kind = OnnxAttributeKind.Integer,
            Integer = value,
        };

    /// <summary>An attribute that is a number.</summary>
    public static OnnxAttribute Float(string name, double value) =>
        new()
        {
            Name = name,
            Kind = OnnxAttributeKind.Float,
            Float = (float)value,
        };

    /// <summary>The model.</summary>
    /// <param name="logits">Name of its output.</param>
    public OnnxModel Model(string logits) =>
        new()
        {
            IrVersion = 8,
            Opsets = [new("", opset)],
            Graph = new()
            {
                Name = "sketch",
                Nodes = [.. nodes],
                Initializers = [.. stored],
                Inputs =
                [
                    new()
                    {
                        Name = Images,
                        Type = new() { Tensor = Shape() },
                    },
                ],
                Outputs = [new() { Name = logits, Type = new() }],
            },
        };

    /// <summary>The classifier.</summary>
    /// <param name="logits">Name of its output.</param>
    public OnnxClassifier Classifier(string logits) => OnnxClassifier.Of(Model(logits), File);

    /// <summary>Random images.</summary>
    /// <param name="count">Their number.</param>
    public static Tensor RandomImages(long count)
    {
        using var generator = new Generator(5);
        return randn([count, 3, Side, Side], generator: generator);
    }

    /// <summary>Values of the graph, computed node by node as they are written.</summary>
    /// <param name="classifier">The graph.</param>
    /// <param name="images">The images.</param>
    /// <param name="values">Names of the values.</param>
    public static Tensor[] Compute(OnnxClassifier classifier, Tensor images, params string[] values) =>
        new OnnxEvaluator(classifier.Nodes, values, File).Compute(
            name => name == Images ? images : classifier.Stored[name].ToTensor(),
            new()
        );

    private string Store(string name, Tensor values)
    {
        if (stored.TrueForAll(tensor => tensor.Name != name))
        {
            stored.Add(OnnxTensor.FromTensor(name, values));
        }

        values.Dispose();
        return name;
    }

    private OnnxTensorType Shape()
    {
        OnnxDimension first = batch is null ? new() { Symbol = "batch" } : new() { Length = batch };
        OnnxDimension side = new() { Length = Side };
        return new()
        {
            Element = OnnxElement.Float,
            Shape = new() { Dimensions = [first, new() { Length = 3 }, side, side] },
        };
    }
}
