using System.Collections.Immutable;
using System.Globalization;

namespace TransferLens.Vision.Models.Permutations;

/// <summary>
/// Finds which channels may be exchanged: those at the same locations of the same weights, and in the same blocks.
/// </summary>
internal sealed class GroupSearch
{
    private readonly ILookup<long, BlockTag> tags;
    private readonly Dictionary<long, string> locations;
    private readonly BlockSearch blocks;

    private GroupSearch(IReadOnlyList<WeightLabels> weights, ChannelLabels labels)
    {
        tags = labels
            .Tags.Select(tag => tag with { Label = labels.Root(tag.Label), Block = BlockOf(labels, tag) })
            .Where(tag => tag.Label > 0)
            .Distinct()
            .ToLookup(tag => tag.Label);
        locations = Locations(weights);
        blocks = new(tags);
    }

    /// <summary>Finds the groups, in the order of their first channels.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="labels">Their labels.</param>
    public static ImmutableArray<ChannelGroup> Find(IReadOnlyList<WeightLabels> weights, ChannelLabels labels) =>
        [.. new GroupSearch(weights, labels).Groups().OrderBy(group => group.Channels.Min())];

    private IEnumerable<ChannelGroup> Groups()
    {
        var taken = new HashSet<long>();
        foreach (var alike in AlikeBlocks())
        {
            taken.UnionWith(alike.Channels);
            yield return alike;
        }

        foreach (
            var alike in locations
                .Keys.Where(label => !taken.Contains(label))
                .GroupBy(Signature)
                .Where(g => g.Count() > 1)
        )
        {
            yield return new([
                [
                    [.. alike.Order()],
                ],
            ]);
        }
    }

    // Blocks of a family whose channels are at the same locations.
    private IEnumerable<ChannelGroup> AlikeBlocks()
    {
        foreach (var family in blocks.Families())
        {
            var parts = family
                .Blocks.Select(members => Parts(members.Where(locations.ContainsKey), family.Numbers))
                .ToList();
            foreach (var alike in parts.Where(block => block.Count > 0).GroupBy(Form).Where(same => same.Count() > 1))
            {
                yield return new([.. alike.Select(block => block.Values.ToImmutableArray())]);
            }
        }
    }

    private SortedDictionary<string, ImmutableArray<long>> Parts(IEnumerable<long> members, IReadOnlySet<int> family)
    {
        var parts = members
            .GroupBy(label => locations[label] + Tags(label, family))
            .ToDictionary(part => part.Key, part => part.Order().ToImmutableArray());
        return new(parts, StringComparer.Ordinal);
    }

    private static string Form(SortedDictionary<string, ImmutableArray<long>> block) =>
        string.Join('\n', block.Select(part => $"{part.Key} {part.Value.Length}"));

    private string Signature(long label) => locations[label] + Tags(label, ImmutableHashSet<int>.Empty);

    // Blocks of the given families are exchanged as a whole and do not distinguish their channels.
    private string Tags(long label, IReadOnlySet<int> open) =>
        string.Concat(
            tags[label]
                .Select(tag => (tag.Family, Block: open.Contains(tag.Family) ? -1 : tag.Block))
                .Distinct()
                .Order()
                .Select(tag => string.Create(CultureInfo.InvariantCulture, $";{tag.Family}:{tag.Block}"))
        );

    // A label that names a block may have been joined with others since.
    private static long BlockOf(ChannelLabels labels, BlockTag tag) => tag.IsLabel ? labels.Root(tag.Block) : tag.Block;

    // The weights and uses in which a label is found, and how often.
    private static Dictionary<long, string> Locations(IReadOnlyList<WeightLabels> weights)
    {
        var found = new Dictionary<long, string>();
        for (var i = 0; i < weights.Count; i++)
        {
            for (var use = 0; use < weights[i].Uses.Length; use++)
            {
                foreach (var (label, own) in weights[i].PartOf(use).IndicesOf(use).Where(entry => entry.Key > 0))
                {
                    var entry = string.Create(CultureInfo.InvariantCulture, $",{i}.{use}x{own.Length}");
                    found[label] = found.GetValueOrDefault(label, "") + entry;
                }
            }
        }

        return found;
    }
}
