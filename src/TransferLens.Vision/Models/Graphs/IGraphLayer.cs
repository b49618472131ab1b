namespace TransferLens.Vision.Models.Graphs;

/// <summary>A layer that states its evaluation as nodes of ONNX, next to its forward pass.</summary>
internal interface IGraphLayer
{
    /// <summary>Adds the nodes that compute what the layer's forward pass computes in evaluation mode.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">The layer's input.</param>
    /// <returns>The layer's output.</returns>
    GraphValue Write(GraphWriter graph, GraphValue input);
}
