using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Graphs;

namespace TransferLens.Vision.Models.Onnx.Export;

/// <summary>
/// The graph of a network: what its modules compute in evaluation mode, as nodes of ONNX with its weights. Reading it
/// gives a network with the same modules, and with the same parameters under the same names.
/// </summary>
internal static class NetworkGraph
{
    /// <summary>Name of the input: images (batch, 3, height, width).</summary>
    public const string Images = "images";

    /// <summary>Name of the output: logits (batch, classes).</summary>
    public const string Logits = "logits";

    private const long Channels = 3;

    /// <summary>Makes the graph.</summary>
    /// <param name="network">The network.</param>
    /// <param name="settings">What it is for.</param>
    /// <exception cref="InputException">A module does not state its nodes, or the settings do not fit.</exception>
    public static OnnxModel Of(Network network, GraphSettings settings)
    {
        var weights = network.state_dict();
        if (network.Graph is { } own)
        {
            return own.Write(settings, weights);
        }

        var opset = OperatorSet.Checked(settings.Opset);
        var graph = new GraphWriter(weights, opset);
        var logits = Write(network, graph, settings.Size);
        var sides = GraphTypes.Sides(graph.HasFixedSize ? settings.Size : null);
        var batch = GraphTypes.Open(GraphTypes.Batch);
        var classes = GraphTypes.Fixed(weights[$"{network.Head.Name}.weight"].shape[0]);
        return new()
        {
            IrVersion = OperatorSet.FormOf(opset),
            Opsets = [new("", opset)],
            Graph = new()
            {
                Name = network.Name,
                Nodes = [.. graph.Nodes.Select(node => node.Outputs.Contains(logits) ? Last(node) : node)],
                Initializers = [.. graph.Stored],
                Inputs = [GraphTypes.Floats(Images, [batch, GraphTypes.Fixed(Channels), .. sides])],
                Outputs = [GraphTypes.Floats(Logits, batch, classes)],
            },
        };
    }

    private static string Write(Network network, GraphWriter graph, int size)
    {
        var value = new GraphValue(Images, size);
        foreach (var module in network.Modules)
        {
            using var scope = graph.Enter(module.Name);
            value = module.Write?.Invoke(graph, value) ?? throw NoGraph(network, module);
        }

        return value.Name;
    }

    private static OnnxNode Last(OnnxNode node) => node with { Outputs = [Logits] };

    private static InputException NoGraph(Network network, NetworkModule module) =>
        new(
            $"{network.Name} cannot be exported to ONNX: its module '{module.Name}' is defined in code, which has no "
                + "graph. Networks that TransferLens ships and networks from ONNX files have one."
        );
}
