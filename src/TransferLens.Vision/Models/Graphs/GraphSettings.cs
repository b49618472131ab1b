namespace TransferLens.Vision.Models.Graphs;

/// <summary>What a graph of a network is written for.</summary>
/// <param name="Opset">Version of ONNX's operator set; null for the usual one, or for that of the network's own graph.
/// </param>
/// <param name="Size">Side of the images in pixels, for networks whose graph depends on it.</param>
internal sealed record GraphSettings(int? Opset, int Size);
