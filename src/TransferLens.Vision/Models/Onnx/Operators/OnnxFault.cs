using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>Sentences about nodes that cannot be computed.</summary>
internal static class OnnxFault
{
    /// <summary>The error that a node cannot be computed.</summary>
    /// <param name="node">The node.</param>
    /// <param name="source">Its file.</param>
    /// <param name="why">Half a sentence after the node, for example "has a kernel of 4 axes".</param>
    public static InputException Refusal(OnnxNode node, string source, string why) =>
        new($"The ONNX file '{source}' cannot be computed: {node.Label} {why}.");
}
