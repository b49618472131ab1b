using TransferLens.Vision.Models.Onnx;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Graphs;

/// <summary>Nodes that compute value by value, and constants.</summary>
internal static class GraphOperators
{
    /// <summary>An operator with one input.</summary>
    public static GraphValue Apply(
        this GraphWriter graph,
        string operation,
        GraphValue value,
        params IEnumerable<OnnxAttribute> attributes
    ) => value with { Name = graph.Add(operation, [value.Name], attributes) };

    /// <summary>An operator with further inputs, for example <c>Add</c> with a weight.</summary>
    public static GraphValue Apply(
        this GraphWriter graph,
        string operation,
        GraphValue value,
        string second,
        params string[] others
    ) => value with { Name = graph.Add(operation, [value.Name, second, .. others]) };

    /// <summary>value + other.</summary>
    public static GraphValue Plus(this GraphWriter graph, GraphValue value, string other) =>
        graph.Apply("Add", value, other);

    /// <summary>value * other.</summary>
    public static GraphValue Times(this GraphWriter graph, GraphValue value, string other) =>
        graph.Apply("Mul", value, other);

    /// <summary>A matrix product of the last two axes.</summary>
    public static GraphValue MatMul(this GraphWriter graph, GraphValue value, string other) =>
        graph.Apply("MatMul", value, other);

    /// <summary>A scalar.</summary>
    public static string Number(this GraphWriter graph, double value)
    {
        using var scalar = tensor((float)value);
        return graph.Constant(scalar);
    }

    /// <summary>Integers, (n).</summary>
    public static string Integers(this GraphWriter graph, params long[] values)
    {
        using var list = tensor(values, ScalarType.Int64);
        return graph.Constant(list);
    }

    /// <summary>A constant, which is not a weight.</summary>
    public static string Constant(this GraphWriter graph, Tensor value) =>
        graph.Add("Constant", [], NodeAttribute.Of("value", OnnxTensor.FromTensor("", value)));
}
