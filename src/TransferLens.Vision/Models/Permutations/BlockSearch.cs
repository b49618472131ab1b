namespace TransferLens.Vision.Models.Permutations;

/// <summary>
/// Finds families of blocks that may be exchanged as a whole: heads, groups of a convolution. Families that share
/// channels, such as the queries and values of a head, are one if their blocks are.
/// </summary>
/// <param name="tags">Which blocks each label is part of.</param>
internal sealed class BlockSearch(ILookup<long, BlockTag> tags)
{
    // A single block, such as what layer normalization covers, has nothing to be exchanged with.
    private readonly HashSet<int> divided =
    [
        .. tags.SelectMany(label => label)
            .GroupBy(tag => tag.Family)
            .Where(family => family.Select(tag => tag.Block).Distinct().Count() > 1)
            .Select(family => family.Key),
    ];

    private readonly Dictionary<(int Family, long Block), (int Family, long Block)> parents = [];

    /// <summary>The families, with the members of each block.</summary>
    public IEnumerable<(HashSet<int> Numbers, List<List<long>> Blocks)> Families()
    {
        foreach (var label in tags)
        {
            BlockTag[] own = [.. label.Where(tag => divided.Contains(tag.Family))];
            foreach (var tag in own)
            {
                Join((own[0].Family, own[0].Block), (tag.Family, tag.Block));
            }
        }

        var blocks = parents.Keys.GroupBy(Root).Select(block => block.ToList()).ToList();
        // A permutation of blocks would have to permute two blocks of a family in different ways.
        var broken = blocks
            .SelectMany(block => block.GroupBy(part => part.Family).Where(part => part.Count() > 1))
            .Select(part => part.Key)
            .ToHashSet();
        foreach (var alike in blocks.GroupBy(block => string.Join(',', block.Select(part => part.Family).Order())))
        {
            HashSet<int> families = [.. alike.First().Select(part => part.Family)];
            if (alike.Count() > 1 && !families.Overlaps(broken))
            {
                yield return (families, [.. alike.Select(Members)]);
            }
        }
    }

    private List<long> Members(List<(int Family, long Block)> block)
    {
        var own = block.ToHashSet();
        return
        [
            .. tags.Where(label => label.Any(tag => own.Contains((tag.Family, tag.Block)))).Select(label => label.Key),
        ];
    }

    private void Join((int, long) left, (int, long) right)
    {
        var (first, second) = (Root(left), Root(right));
        parents[second] = first;
    }

    private (int, long) Root((int, long) block)
    {
        while (parents.TryGetValue(block, out var parent) && parent != block)
        {
            block = parent;
        }

        parents.TryAdd(block, block);
        return block;
    }
}
