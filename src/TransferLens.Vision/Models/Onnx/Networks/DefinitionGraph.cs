using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Graphs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Networks;

/// <summary>The graph of a network from an ONNX file: the file's nodes with the network's weights.</summary>
/// <param name="definition">The network.</param>
/// <param name="head">The head that a graph of features got; null when the graph has its own.</param>
internal sealed class DefinitionGraph(OnnxDefinition definition, NetworkModule? head) : IGraphSource
{
    /// <inheritdoc/>
    public IEnumerable<(string Stored, string Name, bool IsTransposed)> StoredNames =>
        definition.Weights.Select(weight => (weight.Stored, weight.Name, weight.IsTransposed));

    /// <inheritdoc/>
    public OnnxModel Write(GraphSettings settings, IReadOnlyDictionary<string, Tensor> weights)
    {
        var opset = definition.Classifier.Nodes.First(node => node.Domain.Length == 0).Opset;
        CheckOpset(settings.Opset, opset);
        var added = new GraphWriter(weights, opset);
        var logits = WriteHead(added);
        return new()
        {
            IrVersion = OperatorSet.FormOf(opset),
            Opsets = [.. Opsets()],
            Metadata = definition.Classifier.Metadata,
            Graph = new()
            {
                Name = Path.GetFileNameWithoutExtension(definition.Source),
                Nodes = [.. definition.Classifier.Nodes, .. added.Nodes],
                Initializers = [.. Stored(weights), .. added.Stored],
                Inputs = [Images(settings.Size)],
                Outputs = [GraphTypes.Floats(logits, LogitsShape(weights))],
            },
        };
    }

    private void CheckOpset(int? asked, long own)
    {
        if (asked is { } opset && opset != own)
        {
            throw new InputException(
                $"The graph of '{Path.GetFileName(definition.Source)}' is written in ONNX opset {own} and cannot be "
                    + $"exported in opset {opset}; leave out the opset."
            );
        }
    }

    private IEnumerable<OnnxOpset> Opsets() =>
        definition.Classifier.Nodes.Select(node => new OnnxOpset(node.Domain, node.Opset)).Distinct();

    private string WriteHead(GraphWriter graph)
    {
        var output = definition.Classifier.Logits;
        if (head is null)
        {
            return output;
        }

        using var scope = graph.Enter(head.Name);
        return head.Write!(graph, new(output, 1)).Name;
    }

    // Every stored tensor under its own name, with the network's values where it is a weight.
    private IEnumerable<OnnxTensor> Stored(IReadOnlyDictionary<string, Tensor> weights)
    {
        var owned = definition.Weights.ToDictionary(weight => weight.Stored, StringComparer.Ordinal);
        foreach (var (name, tensor) in definition.Classifier.Stored.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            yield return owned.TryGetValue(name, out var weight)
                ? Current(weight, tensor, weights[weight.Name])
                : tensor;
        }
    }

    private static OnnxTensor Current(WeightTensor weight, OnnxTensor stored, Tensor value)
    {
        using var scope = NewDisposeScope();
        var turned = weight.IsTransposed ? value.detach().t() : value.detach();
        return OnnxTensor.FromTensor(stored.Name, turned.to(stored.Element.Scalar ?? ScalarType.Float32));
    }

    // Where the file states a side, the graph is for the images that the network was trained on.
    private OnnxValue Images(int size)
    {
        var (axes, channels) = (definition.Classifier.Axes, GraphTypes.Fixed(definition.Classifier.Axes.Channels));
        var (batch, sides) = (GraphTypes.Open(GraphTypes.Batch), GraphTypes.Sides(axes.Side is null ? null : size));
        OnnxDimension[] shape = axes.IsChannelsLast ? [batch, .. sides, channels] : [batch, channels, .. sides];
        return GraphTypes.Floats(definition.Classifier.Images, shape);
    }

    // Unknown where the graph makes logits of another form.
    private OnnxDimension[]? LogitsShape(IReadOnlyDictionary<string, Tensor> weights)
    {
        var name = head?.Name ?? definition.ModuleNames.Last();
        return head is not null || definition.Features.Length == 1
            ? [GraphTypes.Open(GraphTypes.Batch), GraphTypes.Fixed(weights[$"{name}.weight"].shape[0])]
            : null;
    }
}
