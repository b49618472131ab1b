namespace TransferLens.Vision.Models.Onnx.Export;

/// <summary>What was exported.</summary>
/// <param name="Images">Name and shape of the input, for example <c>images [batch, 3, height, width]</c>.</param>
/// <param name="Logits">Name and shape of the output, for example <c>logits [batch, 10]</c>.</param>
/// <param name="Opset">Version of ONNX's operator set.</param>
/// <param name="Nodes">Number of nodes.</param>
/// <param name="Bytes">Size of the file.</param>
/// <param name="Difference">Largest difference between logits of the file, read again, and of the network on random
/// images, divided by the network's largest logit.</param>
public sealed record OnnxExportResult(
    string Images,
    string Logits,
    long Opset,
    int Nodes,
    long Bytes,
    double Difference
);
