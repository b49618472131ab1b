using System.Collections.Immutable;

namespace TransferLens.Vision.Models.Permutations;

/// <summary>A group of channels that may be exchanged without changing what a network computes.</summary>
/// <param name="Channels">Number of channels.</param>
/// <param name="Blocks">Number of blocks, for example attention heads or groups of a convolution, that are exchanged as
/// a whole, with their channels exchanged inside; 1 where any two channels may be exchanged.</param>
/// <param name="Members">The weights that have the channels, by name.</param>
public sealed record PermutationGroup(int Channels, int Blocks, ImmutableArray<PermutationGroupMember> Members);

/// <summary>A weight in a group.</summary>
/// <param name="Weight">Its name in the state dict.</param>
/// <param name="Axes">The axes along which its elements move with the channels, counted from 0.</param>
public sealed record PermutationGroupMember(string Weight, ImmutableArray<int> Axes);
