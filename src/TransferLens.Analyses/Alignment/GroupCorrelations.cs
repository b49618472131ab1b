using TransferLens.Vision.Models.Permutations;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Alignment;

/// <summary>
/// Correlations between the channels of two models, for one group: Pearson's, over images and positions, summed over
/// the values that layers receive the channels in.
/// </summary>
internal sealed class GroupCorrelations : IDisposable
{
    private readonly List<ValueMoments> received = [];

    /// <summary>Finds the values in which layers receive a group's channels.</summary>
    /// <param name="group">The group.</param>
    /// <param name="groups">All groups of the network.</param>
    public GroupCorrelations(ChannelGroup group, PermutationGroups groups)
    {
        Group = group;
        for (var part = 0; part < group.Parts; part++)
        {
            var channels = group.ChannelsOf(part);
            foreach (var (value, labels) in groups.Received)
            {
                var indices = labels
                    .Ids.Select((id, index) => (id, index: (long)index))
                    .ToLookup(x => x.id, x => x.index);
                var counts = channels.Select(channel => indices[channel].Count()).Distinct().ToList();
                if (counts is [> 0])
                {
                    var axis = Enumerable.Range(0, labels.Rank).Single(labels.Varies);
                    long[] all = [.. channels.SelectMany(channel => indices[channel])];
                    received.Add(new(part, value, axis, all, channels.Length));
                }
            }
        }
    }

    /// <summary>The group.</summary>
    public ChannelGroup Group { get; }

    /// <summary>Whether layers receive the channels of every part.</summary>
    public bool IsComplete => received.Select(value => value.Part).Distinct().Count() == Group.Parts;

    /// <summary>Names of the values.</summary>
    public IEnumerable<string> Values => IsComplete ? received.Select(value => value.Name) : [];

    /// <summary>What has been collected so far.</summary>
    public IEnumerable<Tensor> Sums => IsComplete ? received.SelectMany(value => value.Sums) : [];

    /// <summary>Adds a batch.</summary>
    /// <param name="first">Values of A by name.</param>
    /// <param name="second">Values of B by name.</param>
    public void Add(IReadOnlyDictionary<string, Tensor> first, IReadOnlyDictionary<string, Tensor> second)
    {
        foreach (var value in IsComplete ? received : [])
        {
            value.Add(first[value.Name], second[value.Name]);
        }
    }

    /// <summary>The sums of correlations.</summary>
    public GroupScores Scores()
    {
        return new(Group, [.. Enumerable.Range(0, Group.Parts).Select(Sum)]);

        double[] Sum(int part)
        {
            using var scope = NewDisposeScope();
            var values = received.Where(value => value.Part == part);
            var sum = values.Select(value => value.Correlations()).Aggregate((a, b) => a + b);
            return sum.contiguous().data<double>().ToArray();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => received.ForEach(value => value.Dispose());
}
