using System.Collections.Immutable;
using TransferLens.Vision.Models.Onnx.Structure;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Fusion;

/// <summary>Who makes and who takes the values of a graph, and the values that are constants.</summary>
internal sealed class NodeGraph
{
    private readonly OnnxClassifier classifier;
    private readonly Dictionary<string, OnnxNode> makers = new(StringComparer.Ordinal);
    private readonly ILookup<string, OnnxNode> takers;
    private readonly HashSet<string> kept;

    /// <summary>Reads a graph.</summary>
    /// <param name="classifier">The graph.</param>
    /// <param name="kept">Values that must be made, such as the outputs of modules.</param>
    public NodeGraph(OnnxClassifier classifier, IEnumerable<string> kept)
    {
        this.classifier = classifier;
        this.kept = kept.Append(classifier.Logits).ToHashSet(StringComparer.Ordinal);
        foreach (var node in classifier.Nodes)
        {
            foreach (var output in node.Outputs.Where(output => output.Length > 0))
            {
                makers[output] = node;
            }
        }

        takers = classifier
            .Nodes.SelectMany(node => node.Inputs.Distinct().Select(input => (Input: input, Node: node)))
            .ToLookup(pair => pair.Input, pair => pair.Node, StringComparer.Ordinal);
    }

    /// <summary>The node that makes a value, if its operator has a name; null otherwise.</summary>
    /// <param name="value">The value.</param>
    /// <param name="name">The operator.</param>
    public OnnxNode? MakerOf(string value, string name) =>
        makers.TryGetValue(value, out var node) && node.Operator == name && node.Domain.Length == 0 ? node : null;

    /// <summary>Shape of a stored tensor; null for other values.</summary>
    /// <param name="value">Its name.</param>
    public ImmutableArray<long>? Shape(string value) => classifier.Stored.GetValueOrDefault(value)?.Shape;

    /// <summary>A constant with one element, which adds no axis to what it is combined with; null for other values.
    /// </summary>
    /// <param name="value">Its name.</param>
    public double? Number(string value)
    {
        if (Constant(value) is not { Shape: [] or [1] } tensor)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        return tensor.ToTensor().to(ScalarType.Float64).item<double>();
    }

    /// <summary>A constant of integers; null for other values.</summary>
    /// <param name="value">Its name.</param>
    public long[]? Integers(string value)
    {
        if (Constant(value) is not { Element.Name: "int64" } tensor)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        return [.. tensor.ToTensor().data<long>()];
    }

    /// <summary>Of two inputs, the one that is not the given value; null if neither is.</summary>
    /// <param name="node">A node with two inputs.</param>
    /// <param name="value">The value.</param>
    public static string? Other(OnnxNode node, string value) =>
        node.Inputs is not [var first, var second] ? null
        : first == value ? second
        : second == value ? first
        : null;

    /// <summary>Whether no other node takes what nodes make, except the last one's outputs.</summary>
    /// <param name="nodes">The nodes, the last one at the end.</param>
    public bool IsClosed(IReadOnlyList<OnnxNode> nodes) =>
        nodes
            .Take(nodes.Count - 1)
            .SelectMany(node => node.Outputs)
            .All(output => !kept.Contains(output) && takers[output].All(nodes.Contains));

    private OnnxTensor? Constant(string value) =>
        classifier.Stored.GetValueOrDefault(value) ?? MakerOf(value, "Constant")?.Attribute("value")?.Tensor;
}
