using System.Collections.Frozen;
using TransferLens.Vision.Models.Onnx;
using TransferLens.Vision.Models.Onnx.Evaluation;
using TransferLens.Vision.Models.Onnx.Operators;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Permutations;

/// <summary>
/// Follows channels through a graph: node by node it finds which elements of weights and values must move together for
/// the network to compute the same. What no rule covers stays in place.
/// </summary>
internal sealed class ChannelTrace
{
    private static readonly FrozenDictionary<string, LayerRule> Rules = LayerRules.All;

    private readonly Dictionary<string, Tensor> values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TracedValue> traced = new(StringComparer.Ordinal);
    private readonly string source;

    private ChannelTrace(IReadOnlyDictionary<string, long[]> shapes, string source)
    {
        this.source = source;
        Weights = new(Labels, shapes);
        Layers = new(Labels);
    }

    /// <summary>The labels.</summary>
    public ChannelLabels Labels { get; } = new();

    /// <summary>Labels of the weights.</summary>
    public LabelledWeights Weights { get; }

    /// <summary>What computing does to labels.</summary>
    public LabelRules Layers { get; }

    /// <summary>Labels of the values that layers take, by name of the value.</summary>
    public Dictionary<string, LabelArray> Received { get; } = new(StringComparer.Ordinal);

    /// <summary>Follows the channels of a graph.</summary>
    /// <param name="graph">The graph, with values of its weights.</param>
    /// <param name="weights">Names of the stored tensors that are weights.</param>
    /// <param name="images">Shape of one image with a batch of 1 in front.</param>
    /// <param name="source">The network, for messages.</param>
    public static ChannelTrace Run(OnnxGraph graph, IReadOnlySet<string> weights, long[] images, string source)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var shapes = graph
            .Initializers.Where(tensor => weights.Contains(tensor.Name))
            .ToDictionary(tensor => tensor.Name, tensor => tensor.Shape.ToArray(), StringComparer.Ordinal);
        var trace = new ChannelTrace(shapes, source);
        foreach (var tensor in graph.Initializers)
        {
            trace.values[tensor.Name] = tensor.ToTensor();
            if (shapes.TryGetValue(tensor.Name, out var shape) && trace.values[tensor.Name].is_floating_point())
            {
                trace.traced[tensor.Name] = new() { Weight = new(tensor.Name, shape) };
            }
        }

        var input = graph.FreeInputs.Single().Name;
        trace.values[input] = zeros(images);
        trace.traced[input] = TracedValue.Of(LabelArray.Uniform(images, ChannelLabels.Fixed));
        foreach (var node in graph.Nodes)
        {
            trace.Follow(node);
        }

        foreach (var output in graph.Outputs)
        {
            trace.Layers.Pin(trace.LabelsOf(output.Name));
        }

        trace.Layers.Settle();
        return trace;
    }

    /// <summary>A value that does not depend on images or weights; null for others.</summary>
    public Tensor? Plain(string name) => name.Length > 0 && !traced.ContainsKey(name) ? values[name] : null;

    /// <summary>Shape of a value.</summary>
    public long[] ShapeOf(string name) => values[name].shape;

    /// <summary>What is known of a value; null for one that depends on neither images nor weights.</summary>
    public TracedValue? Find(string name) => traced.GetValueOrDefault(name);

    /// <summary>Labels of a value: those of a weight's elements, or of a constant, where it is one.</summary>
    public LabelArray LabelsOf(string name) =>
        Find(name) switch
        {
            null => LabelsOfConstant(values[name]),
            { Weight: { } weight } => Weights.Elements(weight),
            var found => found.Labels!.Renewed(Labels),
        };

    /// <summary>Notes what a node makes.</summary>
    public void Make(OnnxNode node, LabelArray made) => traced[node.Outputs[0]] = TracedValue.Of(made);

    /// <summary>Notes what an output of a node is.</summary>
    public void Make(string output, TracedValue made) => traced[output] = made;

    /// <summary>Applies a node's operator to other values than its own.</summary>
    public Tensor[] Compute(OnnxNode node, Tensor?[] inputs) =>
        OnnxOperators.Find(node, source).Compute(new(node, inputs, new(), source));

    /// <summary>The node as its operator sees it.</summary>
    public OnnxCall Call(OnnxNode node) =>
        new(node, [.. node.Inputs.Select(name => name.Length == 0 ? null : values[name])], new(), source);

    private void Follow(OnnxNode node)
    {
        string[] outputs = [.. node.Outputs.Where(name => name.Length > 0)];
        var made = new OnnxEvaluator([node], outputs, source).Compute(name => values[name], new());
        foreach (var (name, value) in outputs.Zip(made))
        {
            values[name] = value;
        }

        if (!node.Inputs.Any(traced.ContainsKey))
        {
            return;
        }

        if (!Rules.TryGetValue(node.Operator, out var rule) || !rule(this, node))
        {
            Leave(node, outputs);
        }
    }

    // No rule covers it: what it takes stays in place.
    private void Leave(OnnxNode node, string[] outputs)
    {
        foreach (var name in node.Inputs.Where(traced.ContainsKey))
        {
            Layers.Pin(LabelsOf(name));
        }

        foreach (var output in outputs)
        {
            traced[output] = TracedValue.Of(LabelArray.Uniform(values[output].shape, ChannelLabels.Fixed));
        }
    }

    // A constant is the same for all channels along axes on which it does not vary.
    private static LabelArray LabelsOfConstant(Tensor value)
    {
        using var scope = NewDisposeScope();
        if (value.numel() > 0 && value.eq(0).all().item<bool>())
        {
            return LabelArray.Uniform(value.shape, ChannelLabels.Zero);
        }

        long[] shape = [.. value.shape.Select((length, axis) => IsEven(value, axis) ? 1 : length)];
        return LabelArray.Uniform(shape, shape.All(length => length == 1) ? ChannelLabels.None : ChannelLabels.Fixed);
    }

    private static bool IsEven(Tensor value, int axis) =>
        value.shape[axis] <= 1 || value.eq(value.narrow(axis, 0, 1)).all().item<bool>();
}

/// <summary>What a node does to labels.</summary>
/// <param name="trace">What is known so far; the rule adds what the node makes.</param>
/// <param name="node">The node.</param>
/// <returns>Whether the rule covers the node.</returns>
internal delegate bool LayerRule(ChannelTrace trace, OnnxNode node);
