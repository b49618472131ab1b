using System.Collections.Immutable;
using TransferLens.Vision.Models.Onnx;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Interpolation;

/// <summary>A convolution or linear layer of a graph, whose output is rescaled and shifted by channel.</summary>
/// <param name="Node">Its node.</param>
/// <param name="Channels">Number of channels of its output.</param>
internal sealed record RepairedLayer(OnnxNode Node, long Channels)
{
    /// <summary>Name of its output in the graph.</summary>
    public string Output => Node.Outputs[0];

    /// <summary>Name of the weight that its output is multiplied with.</summary>
    public string Scale => $"{Output}.repair_scale";

    /// <summary>Name of the weight that is added to the product.</summary>
    public string Shift => $"{Output}.repair_shift";

    /// <summary>Shape of both weights: it broadcasts to the output.</summary>
    public long[] Shape => IsConvolution ? [Channels, 1, 1] : [Channels];

    private bool IsConvolution => Node.Operator == "Conv";

    /// <summary>The layers of a graph but the last, which makes the logits, in order of computation.</summary>
    /// <param name="graph">The graph, with its weights.</param>
    public static ImmutableArray<RepairedLayer> In(OnnxGraph graph)
    {
        var weights = graph.Initializers.ToDictionary(tensor => tensor.Name, tensor => tensor.Shape);
        var layers = new List<RepairedLayer>();
        foreach (var node in graph.Nodes)
        {
            if (node.Operator == "Transpose" && weights.TryGetValue(node.Inputs[0], out var stored))
            {
                weights[node.Outputs[0]] = Turned(stored, node.Attribute("perm")?.Integers);
            }

            if (node.Inputs.Length > 1 && weights.TryGetValue(node.Inputs[1], out var shape))
            {
                layers.AddRange(ChannelsOf(node, shape).Select(channels => new RepairedLayer(node, channels)));
            }
        }

        return [.. layers.SkipLast(1)];
    }

    /// <summary>The axes of the layer's output besides that of its channels.</summary>
    /// <param name="output">The output.</param>
    public long[] OtherAxes(Tensor output) =>
        [.. Enumerable.Range(0, (int)output.dim()).Where(axis => axis != AxisOf(output)).Select(axis => (long)axis)];

    /// <summary>A number for each channel in a shape that broadcasts to the output, in float32.</summary>
    /// <param name="numbers">The numbers (channels).</param>
    public Tensor Broadcast(Tensor numbers) => numbers.to(ScalarType.Float32).reshape(Shape);

    private static ImmutableArray<long> Turned(ImmutableArray<long> shape, ImmutableArray<long>? order) =>
        order is { IsEmpty: false } axes ? [.. axes.Select(axis => shape[(int)axis])] : [.. shape.Reverse()];

    private long AxisOf(Tensor output) => IsConvolution ? 1 : output.dim() - 1;

    // One number, or none when the node is no layer.
    private static long[] ChannelsOf(OnnxNode node, ImmutableArray<long> weight) =>
        node.Operator switch
        {
            "Conv" => [weight[0]],
            "Gemm" => [weight[node.Attribute("transB")?.Integer == 1 ? 0 : 1]],
            "MatMul" when weight.Length == 2 => [weight[1]],
            _ => [],
        };
}
