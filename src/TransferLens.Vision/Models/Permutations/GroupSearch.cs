using System.Collections.Immutable;
using System.Globalization;

namespace TransferLens.Vision.Models.Permutations;

/// <summary>
/// Finds which channels may be exchanged: those that are found in the same places of the same weights, and in the same
/// blocks.
/// </summary>
internal sealed class GroupSearch
{
    private readonly ILookup<long, BlockTag> tags;
    private readonly Dictionary<long, string> places;
    private readonly BlockSearch blocks;

    private GroupSearch(IReadOnlyList<WeightLabels> weights, ChannelLabels labels)
    {
        tags = labels
            .Tags.Select(tag => tag with { Label = labels.Root(tag.Label), Block = BlockOf(labels, tag) })
            .Where(tag => tag.Label > 0)
            .Distinct()
            .ToLookup(tag => tag.Label);
        places = Places(weights);
        blocks = new(tags);
    }

    /// <summary>Finds the groups, in the order of their first channels.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="labels">Their labels.</param>
    public static ImmutableArray<ChannelGroup> Find(IReadOnlyList<WeightLabels> weights, ChannelLabels labels) =>
        [
            .. new GroupSearch(weights, labels)
                .Groups()
                .OrderBy(group => group.Blocks.Min(block => block.Min(part => part.Min()))),
        ];

    private IEnumerable<ChannelGroup> Groups()
    {
        var taken = new HashSet<long>();
        foreach (var alike in AlikeBlocks())
        {
            taken.UnionWith(alike.Blocks.SelectMany(block => block.SelectMany(part => part)));
            yield return alike;
        }

        foreach (
            var alike in places.Keys.Where(label => !taken.Contains(label)).GroupBy(Signature).Where(g => g.Count() > 1)
        )
        {
            yield return new([
                [
                    [.. alike.Order()],
                ],
            ]);
        }
    }

    // Blocks of a family that have the same channels in the same places.
    private IEnumerable<ChannelGroup> AlikeBlocks()
    {
        foreach (var family in blocks.Families())
        {
            var parts = family
                .Blocks.Select(members => Parts(members.Where(places.ContainsKey), family.Numbers))
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
            .GroupBy(label => places[label] + Tags(label, family))
            .ToDictionary(part => part.Key, part => part.Order().ToImmutableArray());
        return new(parts, StringComparer.Ordinal);
    }

    private static string Form(SortedDictionary<string, ImmutableArray<long>> block) =>
        string.Join('\n', block.Select(part => $"{part.Key} {part.Value.Length}"));

    private string Signature(long label) => places[label] + Tags(label, ImmutableHashSet<int>.Empty);

    // Blocks of the given families are exchanged as a whole and do not distinguish their channels.
    private string Tags(long label, IReadOnlySet<int> open) =>
        string.Concat(
            tags[label]
                .Select(tag => (tag.Family, Block: open.Contains(tag.Family) ? -1 : tag.Block))
                .Distinct()
                .Order()
                .Select(tag => string.Create(CultureInfo.InvariantCulture, $";{tag.Family}:{tag.Block}"))
        );

    private static long BlockOf(ChannelLabels labels, BlockTag tag) =>
        // A block named by a label, which may have been joined with others since.
        tag.IsLabel
            ? labels.Root(tag.Block)
            : tag.Block;

    // The weights and uses in which a label is found, and how often.
    private static Dictionary<long, string> Places(IReadOnlyList<WeightLabels> weights)
    {
        var found = new Dictionary<long, string>();
        for (var i = 0; i < weights.Count; i++)
        {
            for (var use = 0; use < weights[i].Uses.Length; use++)
            {
                foreach (var (label, own) in weights[i].PartOf(use).PlacesOf(use).Where(entry => entry.Key > 0))
                {
                    var entry = string.Create(CultureInfo.InvariantCulture, $",{i}.{use}x{own.Length}");
                    found[label] = found.GetValueOrDefault(label, "") + entry;
                }
            }
        }

        return found;
    }
}
