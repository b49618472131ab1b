using System.Collections.Frozen;
using System.Collections.Immutable;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>The operators that can be computed.</summary>
internal static class OnnxOperators
{
    /// <summary>All operators, by name.</summary>
    public static ImmutableArray<OnnxOperator> All { get; } =
    [
        .. new[]
        {
            UnaryOperators.All,
            ActivationOperators.All,
            SoftmaxOperators.All,
            BinaryOperators.All,
            LogicOperators.All,
            ReductionOperators.All,
            ProductOperators.All,
            ConvolutionOperators.All,
            PoolingOperators.All,
            NormalizationOperators.All,
            ConstantOperators.All,
            ShapeOperators.All,
            BlockOperators.All,
            SlicingOperators.All,
            GatherOperators.All,
            ScatterOperators.All,
            SelectionOperators.All,
            PaddingOperators.All,
            ResizeOperators.All,
            DropoutOperators.All,
            AttentionOperators.All,
        }
            .SelectMany(family => family)
            .OrderBy(op => op.Name, StringComparer.Ordinal),
    ];

    private static readonly FrozenDictionary<string, OnnxOperator> ByName = All.ToFrozenDictionary(
        op => op.Name,
        StringComparer.Ordinal
    );

    /// <summary>The operator of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="source">Its file, for messages.</param>
    /// <exception cref="InputException">The operator, its version, an attribute or its number of inputs is not known;
    /// the message names the node and the operator.</exception>
    public static OnnxOperator Find(OnnxNode node, string source)
    {
        if (node.Domain.Length > 0 || !ByName.TryGetValue(node.Operator, out var found))
        {
            throw OnnxFault.Refusal(node, source, Unknown(node));
        }

        var newest = Math.Min(found.Until, OnnxOperator.NewestOpset);
        if (node.Opset < found.Since || node.Opset > newest)
        {
            var range = $"{found.Since} to {newest}";
            var why = $"is of opset {node.Opset}, and {found.Name} can be computed for opsets {range}; export again";
            throw OnnxFault.Refusal(node, source, why);
        }

        if (node.Attributes.FirstOrDefault(a => !found.Attributes.Contains(a.Name)) is { } odd)
        {
            throw OnnxFault.Refusal(node, source, $"has the attribute '{odd.Name}', which {found.Name} does not have");
        }

        var given = node.Inputs.Count(name => name.Length > 0);
        return given >= found.LeastInputs
            ? found
            : throw OnnxFault.Refusal(node, source, $"has {given} inputs and needs {found.LeastInputs}");
    }

    private static string Unknown(OnnxNode node) =>
        node.Operator is "If" or "Loop" or "Scan"
            ? "chooses its course while it runs, which is not supported; export the network without control flow"
            : "has an operator that is not supported; docs/onnx.md lists those that are";
}
