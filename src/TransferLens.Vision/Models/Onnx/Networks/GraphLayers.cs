using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using TorchSharp.Modules;
using TransferLens.Vision.Models.Layers;
using TransferLens.Vision.Models.Onnx.Fusion;
using TransferLens.Vision.Models.Onnx.Operators;
using TransferLens.Vision.Models.Onnx.Structure;
using static TorchSharp.torch;
using Convolution = TransferLens.Vision.Models.Layers.Convolution;

namespace TransferLens.Vision.Models.Onnx.Networks;

/// <summary>The layers of a network from a graph. They own no weights.</summary>
internal sealed class GraphLayers : nn.Module, ICountedLayers, IDeclaredLayers
{
    private readonly Dictionary<OnnxNode, string> owners;
    private readonly List<(string Weight, ICounted Layer)> counted = [];
    private readonly List<DeclaredLayer> declared = [];
    private readonly Dictionary<string, string> names;
    private readonly Dictionary<OnnxNode, (OnnxNode Node, OnnxOperator Operator)> layers = new(
        ReferenceEqualityComparer.Instance
    );

    /// <summary>Makes the layers.</summary>
    /// <param name="definition">The network.</param>
    /// <param name="weights">The network's parameters, by the name of the stored tensor.</param>
    /// <param name="statistics">The network's running statistics, by the name of the stored tensor.</param>
    public GraphLayers(
        OnnxDefinition definition,
        IReadOnlyDictionary<string, Parameter> weights,
        IReadOnlyDictionary<string, Tensor> statistics
    )
        : base("Layers")
    {
        names = definition.Weights.ToDictionary(weight => weight.Stored, weight => weight.Name);
        owners = OwnersOf(definition);
        var make = new NodeLayers(definition.Classifier, weights, statistics);
        var graph = new NodeGraph(definition.Classifier, definition.Modules.Select(module => module.Output));
        var convolutions = new Dictionary<OnnxNode, Convolution>(ReferenceEqualityComparer.Instance);
        foreach (var node in definition.Classifier.Nodes)
        {
            DeclareWeights(node, definition);
            if (definition.Head is { } head && ReferenceEquals(node, head.Map))
            {
                var images = node.Inputs.Single(input => definition.Flow[input] == Dependence.Images);
                Add(node, images, head.Output, make.LayerOf(head));
            }
            else if (make.LayerOf(node) is { } layer)
            {
                if (layer is Convolution convolution)
                {
                    convolutions.Add(node, convolution);
                }

                if (
                    layer is BatchNormalization normalization
                    && graph.MakerOf(node.Inputs[0], "Conv") is { } before
                    && convolutions.TryGetValue(before, out var normalized)
                    && graph.IsClosed([before, node])
                )
                {
                    register_module($"{layers.Count}", normalization);
                    Own(node, normalization);
                    var both = new NormalizedConvolution(normalized, normalization);
                    Add(node, [before.Inputs[0]], node.Outputs[0], call => both.Forward(call[0]));
                }
                else
                {
                    Add(node, node.Inputs[0], node.Outputs[0], layer);
                }
            }
            else if (
                node is { Operator: "Cast", Domain: "" }
                && node.Attribute("to")?.Integer == OnnxElement.Float.Code
            )
            {
                Add(node, node.Inputs, node.Outputs[0], call => OwnFormat(call[0]));
            }
            else if (FusedNode.Find(node, graph) is { } fused)
            {
                if (fused.IsAttention)
                {
                    AddAttention(node, fused);
                }
                else
                {
                    Add(node, fused.Inputs, node.Outputs[0], fused.Compute);
                    if (fused.IsNormalization)
                    {
                        DeclareNormalization(fused.Inputs[1], fused.Inputs[2]);
                    }
                }
            }
            else if (ModuleCut.IsMap(node, definition.Flow) || IsProduct(node, definition.Flow))
            {
                AddCounted(node);
            }
        }
    }

    /// <inheritdoc/>
    public IEnumerable<(string Weight, LayerPass Pass)> Passes =>
        counted.Where(one => one.Layer.Last is not null).Select(one => (one.Weight, one.Layer.Last!));

    /// <inheritdoc/>
    public IEnumerable<DeclaredLayer> Declared => declared;

    // The weights of a linear map or of a normalization that one node computes.
    private void DeclareWeights(OnnxNode node, OnnxDefinition definition)
    {
        if (node.Operator.EndsWith("Normalization", StringComparison.Ordinal) && node.Inputs.Length > 1)
        {
            DeclareNormalization(node.Inputs[1], node.Inputs.Length > 2 ? node.Inputs[2] : "");
        }
        else if (
            ModuleCut.IsMap(node, definition.Flow)
            && definition.Flow.WeightsOf(node).Where(names.ContainsKey).ToList() is [var weight, ..]
            && IsLinear(node, definition.Classifier.Stored[weight].Shape)
        )
        {
            declared.Add(new(LayerKind.Linear, names[weight], null) { IsTransposed = IsTransposed(node, weight) });
        }
    }

    private void DeclareNormalization(string weight, string bias)
    {
        if (names.TryGetValue(weight, out var name))
        {
            declared.Add(new(LayerKind.Normalization, name, names.GetValueOrDefault(bias)));
        }
    }

    private static bool IsLinear(OnnxNode node, ImmutableArray<long> shape) =>
        node.Operator == "Conv"
            ? shape is [_, _, 1, 1] && node.Attribute("group") is null or { Integer: 1 }
            : node.Operator is "MatMul" or "Gemm" && shape.Length == 2;

    // Weights that a node before transposes are (outputs, inputs), as PyTorch has them.
    private static bool IsTransposed(OnnxNode node, string weight) =>
        node.Operator != "Conv" && node.Inputs[1] == weight && node.Attribute("transB") is not { Integer: 1 };

    // Numbers stay in the format in which the network computes, float32 or bfloat16.
    private static Tensor OwnFormat(Tensor value) =>
        value.is_floating_point() ? value.alias() : value.to(ScalarType.Float32);

    // Of two values that depend on the images, as in attention.
    private static bool IsProduct(OnnxNode node, ValueFlow flow) =>
        node.Operator == "MatMul" && node.Inputs.All(input => flow[input] == Dependence.Images);

    /// <summary>
    /// What replaces a node: another node with the inputs that it still takes, and what computes it.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="layer">The replacement.</param>
    public bool TryGet(OnnxNode node, [MaybeNullWhen(false)] out (OnnxNode Node, OnnxOperator Operator) layer) =>
        layers.TryGetValue(node, out layer);

    private void Add(OnnxNode node, string input, string output, nn.Module<Tensor, Tensor> layer)
    {
        Register(node, layer);
        Add(node, [input], output, call => layer.forward(call[0]));
    }

    private void Add(OnnxNode node, ImmutableArray<string> inputs, string output, Func<OnnxCall, Tensor> compute)
    {
        var computed = new OnnxOperator(node.Operator, 1, OnnxTypes.Floats, compute);
        layers[node] = (node with { Inputs = inputs, Outputs = [output] }, computed);
    }

    private void AddCounted(OnnxNode node)
    {
        var counter = new CountedNode();
        Register(node, counter);
        layers[node] = (node, new(node.Operator, 1, OnnxTypes.Floats, call =>
            {
                var output = OnnxOperators.Find(node, "").Compute(call)[0];
                counter.Count(node, call[0], call[1], output);
                return output;
            }));
    }

    private void AddAttention(OnnxNode node, FusedNode fused)
    {
        var counter = new CountedNode();
        Register(node, counter);
        Add(node, fused.Inputs, node.Outputs[0], call =>
        {
            counter.Count(call[0], call[1], call[2]);
            return fused.Compute(call);
        });
    }

    private void Register(OnnxNode node, nn.Module layer)
    {
        register_module($"{layers.Count}", layer);
        Own(node, layer);
    }

    // A layer belongs to the module of its weights, with which it is frozen and counted.
    private void Own(OnnxNode node, nn.Module layer)
    {
        if (!owners.TryGetValue(node, out var weight))
        {
            return;
        }

        declared.Add(new(LayerKind.Other, weight, null) { Layer = layer });
        if (layer is ICounted one)
        {
            counted.Add((weight, one));
        }
    }

    // A weight of the node, or of the module that contains it.
    private Dictionary<OnnxNode, string> OwnersOf(OnnxDefinition definition)
    {
        var owners = new Dictionary<OnnxNode, string>(ReferenceEqualityComparer.Instance);
        foreach (var module in definition.Modules)
        {
            var first = module
                .Nodes.SelectMany(node => definition.Flow.WeightsOf(node))
                .FirstOrDefault(names.ContainsKey);
            foreach (var node in module.Nodes)
            {
                if ((definition.Flow.WeightsOf(node).FirstOrDefault(names.ContainsKey) ?? first) is { } owner)
                {
                    owners[node] = names[owner];
                }
            }
        }

        return owners;
    }
}
