namespace TransferLens.Vision.Models.Onnx.Structure;

/// <summary>Tells files whose exporter folded batch normalization into convolutions.</summary>
internal static class FoldedNormalization
{
    // PyTorch's exporter gives new weights numbered names: onnx::Conv_193.
    private const string NewWeight = "onnx::Conv_";

    /// <summary>A clause that says so; null if there is no sign of it.</summary>
    /// <param name="classifier">The classifier.</param>
    public static string? NoteFor(OnnxClassifier classifier)
    {
        var folded = classifier.Nodes.Count(node =>
            node is { Operator: "Conv", Inputs: [_, var weight, not ""] }
            && classifier.Stored.ContainsKey(weight)
            && IsNew(weight)
        );
        return folded == 0
            ? null
            : $"the exporter folded batch normalization into {folded} {(folded == 1 ? "convolution" : "convolutions")}"
                + ", so fine-tuning trains none; export in training mode PRESERVE to keep it";
    }

    private static bool IsNew(string weight) =>
        weight.StartsWith(NewWeight, StringComparison.Ordinal)
        || weight.Contains("fused_bn", StringComparison.OrdinalIgnoreCase);
}
