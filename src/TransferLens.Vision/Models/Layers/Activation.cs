using TransferLens.Vision.Models.Graphs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>A function of each value.</summary>
/// <param name="Compute">Computes it.</param>
/// <param name="Write">States it as nodes of ONNX.</param>
internal sealed record Activation(Func<Tensor, Tensor> Compute, Func<GraphWriter, GraphValue, GraphValue> Write)
{
    private const long HardSwishOpset = 14;
    private const long GeluOpset = 20;
    private const double Slope = 1.0 / 6; // of hard sigmoid in PyTorch; ONNX's default is 0.2
    private const double QuickFactor = 1.702;

    /// <summary>max(x, 0).</summary>
    public static Activation Relu { get; } = new(x => x.relu(), (graph, x) => graph.Apply("Relu", x));

    /// <summary>min(max(x, 0), 6).</summary>
    public static Activation Relu6 { get; } =
        new(x => nn.functional.relu6(x), (graph, x) => graph.Apply("Clip", x, graph.Number(0), graph.Number(6)));

    /// <summary>1 / (1 + exp(-x)).</summary>
    public static Activation Sigmoid { get; } = new(x => x.sigmoid(), (graph, x) => graph.Apply("Sigmoid", x));

    /// <summary>x sigmoid(x).</summary>
    public static Activation Silu { get; } =
        new(x => nn.functional.silu(x), (graph, x) => graph.Times(x, graph.Apply("Sigmoid", x).Name));

    /// <summary>min(max(x / 6 + 1 / 2, 0), 1).</summary>
    public static Activation HardSigmoid { get; } = new(x => nn.functional.hardsigmoid(x), WriteHardSigmoid);

    /// <summary>x times the hard sigmoid.</summary>
    public static Activation HardSwish { get; } =
        new(
            x => nn.functional.hardswish(x),
            (graph, x) =>
                graph.Opset >= HardSwishOpset
                    ? graph.Apply("HardSwish", x)
                    : graph.Times(x, WriteHardSigmoid(graph, x).Name)
        );

    /// <summary>The exact GELU: x (1 + erf(x / sqrt(2))) / 2.</summary>
    public static Activation Gelu { get; } = new(x => nn.functional.gelu(x), WriteGelu);

    /// <summary>x sigmoid(1.702 x).</summary>
    public static Activation QuickGelu { get; } =
        new(
            x => x * (x * QuickFactor).sigmoid(),
            (graph, x) => graph.Times(x, graph.Apply("Sigmoid", graph.Times(x, graph.Number(QuickFactor))).Name)
        );

    private static GraphValue WriteHardSigmoid(GraphWriter graph, GraphValue value) =>
        graph.Apply("HardSigmoid", value, NodeAttribute.Of("alpha", Slope), NodeAttribute.Of("beta", 0.5));

    private static GraphValue WriteGelu(GraphWriter graph, GraphValue value)
    {
        if (graph.Opset >= GeluOpset)
        {
            return graph.Apply("Gelu", value);
        }

        var error = graph.Apply("Erf", graph.Apply("Div", value, graph.Number(Math.Sqrt(2))));
        var doubled = graph.Times(value, graph.Plus(error, graph.Number(1)).Name);
        return graph.Times(doubled, graph.Number(0.5));
    }
}
