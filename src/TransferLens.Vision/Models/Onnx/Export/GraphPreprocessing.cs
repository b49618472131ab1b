using TransferLens.Studies.Settings;
using TransferLens.Vision.Models.Graphs;
using TransferLens.Vision.Models.Onnx.Structure;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Export;

/// <summary>Puts the normalization of images into a graph, before its first node.</summary>
internal static class GraphPreprocessing
{
    private const string Scope = "preprocessing";

    /// <summary>The same graph for images with values in [0, 1].</summary>
    /// <param name="model">A graph for normalized images.</param>
    /// <param name="axes">How it takes them.</param>
    /// <param name="normalization">The normalization.</param>
    public static OnnxModel Add(OnnxModel model, ImageAxes axes, Normalization normalization)
    {
        var channels = normalization.ForChannels((int)axes.Channels);
        var input = model.Graph.FreeInputs.Single().Name;
        var opset = model.Opsets.First(set => set.Domain.Length == 0).Version;
        var graph = new GraphWriter(new Dictionary<string, Tensor>(), opset);
        using var scope = graph.Enter(Scope);
        var centered = graph.Apply("Sub", new(input, 0), Constant(graph, channels.Mean, axes));
        var scaled = graph.Apply("Div", centered, Constant(graph, channels.StandardDeviation, axes));
        var normalized = (channels.IsBlueFirst ? BlueFirst(graph, scaled, axes) : scaled).Name;
        var nodes = model.Graph.Nodes.Select(node => node with { Inputs = [.. node.Inputs.Select(Renamed)] });
        return model with { Graph = model.Graph with { Nodes = [.. graph.Nodes, .. nodes] } };

        string Renamed(string value) => value == input ? normalized : value;
    }

    private static GraphValue BlueFirst(GraphWriter graph, GraphValue images, ImageAxes axes) =>
        images with
        {
            Name = graph.Add(
                "Gather",
                [images.Name, graph.Integers([2, 1, 0])],
                NodeAttribute.Of("axis", axes.IsChannelsLast ? -1L : 1L)
            ),
        };

    private static string Constant(GraphWriter graph, IEnumerable<double> values, ImageAxes axes)
    {
        using var scope = NewDisposeScope();
        var list = tensor(values.Select(value => (float)value).ToArray());
        return graph.Constant(axes.IsChannelsLast ? list : list.view(1, -1, 1, 1));
    }
}
