using System.Collections.Immutable;

namespace TransferLens.Vision.Models.Onnx.Structure;

/// <summary>The last linear map of a classifier, which each target replaces.</summary>
/// <param name="Name">Name of its module, for example <c>fc</c>.</param>
/// <param name="Stretch">Index of its stretch.</param>
/// <param name="Map">The node: Gemm, MatMul or a 1x1 Conv.</param>
/// <param name="Weight">Name of the stored weights.</param>
/// <param name="Bias">Name of the stored bias; null for none.</param>
/// <param name="Output">The value of map and bias.</param>
/// <param name="IsTransposed">Whether the weights are stored as (inputs, classes).</param>
internal sealed record HeadLayer(
    string Name,
    int Stretch,
    OnnxNode Map,
    string Weight,
    string? Bias,
    string Output,
    bool IsTransposed
)
{
    /// <summary>Finds it.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="stretches">Its stretches.</param>
    /// <param name="flow">What its values depend on.</param>
    /// <returns>Null when the logits are not a linear map of features: the network has no head.</returns>
    public static HeadLayer? Of(OnnxClassifier classifier, ImmutableArray<Stretch> stretches, ValueFlow flow)
    {
        for (var i = stretches.Length - 1; i >= 0; i--)
        {
            var layers = stretches[i].Nodes.Where(flow.TakesWeights).ToList();
            if (layers is [{ Operator: "Add" } add] && i > 0)
            {
                return Biased(classifier, stretches, flow, add, i);
            }

            if (layers.Count > 0)
            {
                return layers is [var only] && stretches[i].Nodes.Length == 1 ? Plain(classifier, flow, only, i) : null;
            }
        }

        return null;
    }

    // A matrix product, and the bias in a node of its own.
    private static HeadLayer? Biased(
        OnnxClassifier classifier,
        ImmutableArray<Stretch> stretches,
        ValueFlow flow,
        OnnxNode add,
        int index
    )
    {
        var isOne = stretches[index].Nodes.Length == 1 && stretches[index - 1].Nodes.Length == 1;
        return
            isOne
            && add.Inputs.FirstOrDefault(flow.Weights.Contains) is { } bias
            && classifier.Stored[bias].Shape.Length == 1
            && stretches[index - 1].Nodes[0] is { Operator: "MatMul" } map
            && Plain(classifier, flow, map, index - 1) is { } head
            ? head with
            {
                Bias = bias,
                Output = add.Outputs[0],
            }
            : null;
    }

    private static HeadLayer? Plain(OnnxClassifier classifier, ValueFlow flow, OnnxNode map, int index)
    {
        if (!IsLinear(map) || flow.WeightsOf(map) is not [var weight, .. var rest] || rest.Length > 1)
        {
            return null;
        }

        var shape = classifier.Stored[weight].Shape;
        var isFlat = map.Operator == "Conv" ? shape is [_, _, 1, 1] : shape.Length == 2;
        if (!isFlat || Transposition(map, weight, classifier) is not { } isTransposed)
        {
            return null;
        }

        var scope = NodeScope.Of(map, [weight]) is { IsEmpty: false } path ? string.Join('.', path) : "head";
        return new(scope, index, map, weight, rest.FirstOrDefault(), map.Outputs[0], isTransposed);
    }

    private static bool IsLinear(OnnxNode node) =>
        node.Operator is "MatMul" or "Conv"
        || (
            node.Operator == "Gemm"
            && Is(node, "alpha")
            && Is(node, "beta")
            && node.Attribute("transA") is not { Integer: 1 }
        );

    private static bool Is(OnnxNode node, string factor) => node.Attribute(factor) is null or { Float: 1 };

    // Of weights as they are, or transposed by one node; null for others.
    private static bool? Transposition(OnnxNode map, string weight, OnnxClassifier classifier)
    {
        if (map.Operator == "Conv")
        {
            return map.Inputs[1] == weight ? false : null;
        }

        var isStored = map.Inputs.Contains(weight);
        var isTurned = classifier.Nodes.Any(node =>
            node.Operator == "Transpose" && node.Inputs[0] == weight && map.Inputs[1] == node.Outputs[0]
        );
        var isOutputsFirst = map.Attribute("transB") is { Integer: 1 };
        return isStored ? !isOutputsFirst
            : isTurned ? isOutputsFirst
            : null;
    }
}
