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
internal sealed class GraphLayers : nn.Module, ICountedLayers
{
    private readonly Dictionary<OnnxNode, string> owners;
    private readonly List<(string Weight, ICounted Layer)> counted = [];
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
        owners = OwnersOf(definition);
        var make = new NodeLayers(definition.Classifier, weights, statistics);
        var graph = new NodeGraph(definition.Classifier, definition.Modules.Select(module => module.Output));
        var convolutions = new Dictionary<OnnxNode, Convolution>(ReferenceEqualityComparer.Instance);
        foreach (var node in definition.Classifier.Nodes)
        {
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

    // Numbers stay in the format in which the network computes, float32 or bfloat16.
    private static Tensor OwnFormat(Tensor value) =>
        value.is_floating_point() ? value.alias() : value.to(ScalarType.Float32);

    // Of two values that depend on the images, as in attention.
    private static bool IsProduct(OnnxNode node, ValueFlow flow) =>
        node.Operator == "MatMul" && node.Inputs.All(input => flow[input] == Dependence.Images);

    /// <summary>
    /// What stands for a node: another node with the inputs that it still takes, and what computes it.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="layer">What stands for it.</param>
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
        if (layer is ICounted one && owners.TryGetValue(node, out var weight))
        {
            counted.Add((weight, one));
        }
    }

    // A weight of the node, or of the module that contains it.
    private static Dictionary<OnnxNode, string> OwnersOf(OnnxDefinition definition)
    {
        var names = definition.Weights.ToDictionary(weight => weight.Stored, weight => weight.Name);
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
