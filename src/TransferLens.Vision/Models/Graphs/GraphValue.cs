namespace TransferLens.Vision.Models.Graphs;

/// <summary>A value in a graph of a network.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Side">Height and width of the map that it is, or was last, for the images that the graph is written
/// for. A layer that depends on it asks <see cref="GraphWriter.SideOf"/>.</param>
internal readonly record struct GraphValue(string Name, long Side);
