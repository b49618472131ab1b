using System.Collections.Immutable;

namespace TransferLens.Studies.Figures;

/// <summary>A tree of clusters: leaves on the left, merged at their heights towards the right.</summary>
/// <param name="Name">File name without extension.</param>
/// <param name="Title">Caption.</param>
/// <param name="Description">What the figure shows, in words.</param>
/// <param name="Horizontal">Label of the axis of heights, with its unit.</param>
/// <param name="Leaves">
/// Names of the leaves, top to bottom, in an order in which those of each cluster are adjacent.
/// </param>
/// <param name="Merges">The merges, each after those that made its clusters.</param>
public sealed record Dendrogram(
    string Name,
    string Title,
    string Description,
    string Horizontal,
    ImmutableArray<string> Leaves,
    ImmutableArray<DendrogramMerge> Merges
) : Figure(Name, Title, Description);

/// <summary>Two clusters that become one.</summary>
/// <param name="First">
/// Number of one cluster: that of a leaf, or the number of leaves plus the index of the merge that made it.
/// </param>
/// <param name="Second">Number of the other.</param>
/// <param name="Height">Where they merge; below 0 is drawn at 0.</param>
public sealed record DendrogramMerge(int First, int Second, double Height);
