using System.Collections.Immutable;

namespace TransferLens.Vision.Models.Onnx.Files;

/// <summary>Changes that go through all of a model, into graphs in attributes too.</summary>
internal static class ModelRewriting
{
    /// <summary>The model with each stored tensor replaced.</summary>
    /// <param name="model">The model.</param>
    /// <param name="change">The replacement of a tensor.</param>
    public static OnnxModel MapTensors(OnnxModel model, Func<OnnxTensor, OnnxTensor> change) =>
        model with
        {
            Graph = MapTensors(model.Graph, change),
            Functions =
            [
                .. model.Functions.Select(function =>
                    function with
                    {
                        Nodes = MapTensors(function.Nodes, change),
                        Defaults = MapTensors(function.Defaults, change),
                    }
                ),
            ],
        };

    private static OnnxGraph MapTensors(OnnxGraph graph, Func<OnnxTensor, OnnxTensor> change) =>
        graph with
        {
            Nodes = MapTensors(graph.Nodes, change),
            Initializers = [.. graph.Initializers.Select(change)],
        };

    private static ImmutableArray<OnnxNode> MapTensors(
        ImmutableArray<OnnxNode> nodes,
        Func<OnnxTensor, OnnxTensor> change
    ) => [.. nodes.Select(node => node with { Attributes = MapTensors(node.Attributes, change) })];

    private static ImmutableArray<OnnxAttribute> MapTensors(
        ImmutableArray<OnnxAttribute> attributes,
        Func<OnnxTensor, OnnxTensor> change
    ) =>
        [
            .. attributes.Select(attribute =>
                attribute with
                {
                    Tensor = attribute.Tensor is { } tensor ? change(tensor) : null,
                    Tensors = [.. attribute.Tensors.Select(change)],
                    Graph = attribute.Graph is { } graph ? MapTensors(graph, change) : null,
                    Graphs = [.. attribute.Graphs.Select(graph => MapTensors(graph, change))],
                }
            ),
        ];
}
