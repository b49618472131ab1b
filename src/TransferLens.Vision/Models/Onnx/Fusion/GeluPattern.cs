using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Fusion;

/// <summary>GELU (Hendrycks, Gimpel 2016), x (1 + erf(x / sqrt 2)) / 2, with the factors in any order.</summary>
internal static class GeluPattern
{
    private const double Tolerance = 1e-6;

    /// <summary>Finds it from the last product.</summary>
    public static FusedNode? Find(OnnxNode last, NodeGraph graph)
    {
        if (last.Operator is not ("Mul" or "Div"))
        {
            return null;
        }

        // (x s) / 2, x (s / 2) and (x / 2) s, where s is 1 + erf.
        foreach (var (value, other) in Pairs(last))
        {
            if (IsHalf(last, value, graph) && graph.MakerOf(value, "Mul") is { } product)
            {
                foreach (var (sum, input) in Pairs(product))
                {
                    if (Sum(sum, input, graph) is { } nodes)
                    {
                        return Create([.. nodes, product, last], input);
                    }
                }
            }

            if (last.Operator == "Mul" && Half(other, graph) is var (half, of))
            {
                if (Sum(of, value, graph) is { } nodes)
                {
                    return Create([.. nodes, half, last], value);
                }

                if (Sum(value, of, graph) is { } others)
                {
                    return Create([.. others, half, last], of);
                }
            }
        }

        return null;
    }

    private static FusedNode Create(OnnxNode[] nodes, string input) =>
        new([.. nodes], [input], call => nn.functional.gelu(call[0]));

    private static (string, string)[] Pairs(OnnxNode node) =>
        node.Inputs is [var one, var other] ? [(one, other), (other, one)] : [];

    // Half of a value.
    private static (OnnxNode Node, string Of)? Half(string value, NodeGraph graph)
    {
        foreach (var name in (ReadOnlySpan<string>)["Mul", "Div"])
        {
            if (graph.MakerOf(value, name) is { } node)
            {
                foreach (var (of, _) in Pairs(node))
                {
                    if (IsHalf(node, of, graph))
                    {
                        return (node, of);
                    }
                }
            }
        }

        return null;
    }

    private static bool IsHalf(OnnxNode node, string of, NodeGraph graph) =>
        NodeGraph.Other(node, of) is { } factor
        && (node.Operator == "Mul" ? graph.Number(factor) == 0.5 : node.Inputs[0] == of && graph.Number(factor) == 2);

    // 1 + erf(x / sqrt 2).
    private static OnnxNode[]? Sum(string value, string input, NodeGraph graph)
    {
        if (graph.MakerOf(value, "Add") is not { } sum)
        {
            return null;
        }

        foreach (var (part, one) in Pairs(sum))
        {
            if (
                graph.Number(one) == 1
                && graph.MakerOf(part, "Erf") is { } erf
                && Scaled(erf.Inputs[0], input, graph) is { } scaled
            )
            {
                return [scaled, erf, sum];
            }
        }

        return null;
    }

    private static OnnxNode? Scaled(string value, string input, NodeGraph graph)
    {
        var (node, wanted) =
            graph.MakerOf(value, "Div") is { } division ? (division, Math.Sqrt(2))
            : graph.MakerOf(value, "Mul") is { } product ? (product, Math.Sqrt(0.5))
            : (null, 0);
        return node is not null
            && NodeGraph.Other(node, input) is { } factor
            && (node.Operator == "Mul" || node.Inputs[0] == input)
            && graph.Number(factor) is { } number
            && Math.Abs(number - wanted) < Tolerance
            ? node
            : null;
    }
}
