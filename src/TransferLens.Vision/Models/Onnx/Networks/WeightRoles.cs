using TransferLens.Vision.Models.Onnx.Structure;

namespace TransferLens.Vision.Models.Onnx.Networks;

/// <summary>Tells what weights are for, by the operator that takes them.</summary>
internal static class WeightRoles
{
    /// <summary>The role of a weight.</summary>
    /// <param name="name">Name of the stored tensor.</param>
    /// <param name="classifier">The classifier.</param>
    /// <param name="flow">What its values depend on.</param>
    public static WeightRole Of(string name, OnnxClassifier classifier, ValueFlow flow)
    {
        var user = classifier.Nodes.First(node => flow.WeightsOf(node).Contains(name) && IsUse(node, flow));
        var position = user.Inputs.IndexOf(name);
        return (user.Operator, position) switch
        {
            ("Conv" or "ConvTranspose", 1) => WeightRole.Convolution,
            ("Gemm" or "MatMul" or "Einsum", not 2) => WeightRole.Linear,
            ("BatchNormalization", 3) => WeightRole.Mean,
            ("BatchNormalization", 4) => WeightRole.Variance,
            (_, 1) when IsNormalization(user) => WeightRole.Scale,
            ("Mul" or "Div", _) => WeightRole.Scale,
            ("Add" or "Sub", _) when classifier.Stored[name].Shape.Length == 1 => WeightRole.Bias,
            (_, 2) when IsNormalization(user) || ModuleCut.IsMap(user, flow) => WeightRole.Bias,
            _ => WeightRole.Embedding,
        };
    }

    // Not one that only transposes or reshapes it for another.
    private static bool IsUse(OnnxNode node, ValueFlow flow) =>
        node.Outputs.Any(output => flow[output] == Dependence.Images) || node.Operator is "Expand";

    private static bool IsNormalization(OnnxNode node) =>
        node.Operator.EndsWith("Normalization", StringComparison.Ordinal);
}
