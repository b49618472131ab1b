using System.Collections.Immutable;

namespace TransferLens.Vision.Models.Permutations;

/// <summary>
/// Channels that may be exchanged without changing what a network computes. Blocks, for example attention heads, may be
/// exchanged as a whole, and inside each block the channels of one part. A group without blocks is one block of one
/// part.
/// </summary>
/// <param name="Blocks">For each block, for each part, its channels. All blocks have as many parts and channels.
/// </param>
internal sealed record ChannelGroup(ImmutableArray<ImmutableArray<ImmutableArray<long>>> Blocks)
{
    /// <summary>All channels.</summary>
    public IEnumerable<long> Channels => Blocks.SelectMany(block => block.SelectMany(part => part));

    /// <summary>Number of parts of each block.</summary>
    public int Parts => Blocks[0].Length;

    /// <summary>The channels of a part, block by block.</summary>
    /// <param name="part">The part, from 0.</param>
    public long[] ChannelsOf(int part) => [.. Blocks.SelectMany(block => block[part])];
}
