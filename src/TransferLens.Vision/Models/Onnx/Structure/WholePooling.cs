namespace TransferLens.Vision.Models.Onnx.Structure;

/// <summary>
/// Pooling over the whole map at the size of images that a file was exported for. It stays so at other sizes.
/// </summary>
internal static class WholePooling
{
    /// <summary>The classifier with these nodes as global pooling.</summary>
    /// <param name="classifier">A classifier whose file fixes the size of images.</param>
    /// <param name="shape">Shape of a value at that size.</param>
    public static OnnxClassifier MakeGlobal(OnnxClassifier classifier, Func<string, long[]> shape) =>
        classifier with
        {
            Nodes = [.. classifier.Nodes.Select(node => IsWhole(node, shape) ? Global(node) : node)],
        };

    private static bool IsWhole(OnnxNode node, Func<string, long[]> shape) =>
        node is { Operator: "AveragePool" or "MaxPool", Domain: "", Outputs: [_] }
        && node.Attribute("kernel_shape") is { Integers: var kernel }
        && shape(node.Inputs[0]).AsSpan(2).SequenceEqual(kernel.AsSpan())
        && kernel.Any(length => length > 1)
        && (node.Attribute("pads")?.Integers ?? []).All(pad => pad == 0)
        && (node.Attribute("dilations")?.Integers ?? []).All(dilation => dilation == 1);

    private static OnnxNode Global(OnnxNode node) =>
        node with
        {
            Operator = $"Global{node.Operator}",
            Attributes = [],
        };
}
