using TransferLens.Vision.Models.Permutations;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Alignment;

/// <summary>
/// Correlations between the channels of two models, for one group: Pearson's, over images and positions, summed over
/// the values that layers take the channels in. A channel that is constant correlates with none.
/// </summary>
internal sealed class GroupCorrelations
{
    private readonly List<Taken> taken = [];

    /// <summary>Finds the values in which layers take a group's channels.</summary>
    /// <param name="group">The group.</param>
    /// <param name="groups">All groups of the network.</param>
    public GroupCorrelations(ChannelGroup group, PermutationGroups groups)
    {
        Group = group;
        for (var part = 0; part < group.Parts; part++)
        {
            long[] channels = [.. group.Blocks.SelectMany(block => block[part])];
            foreach (var (value, labels) in groups.Received)
            {
                var places = channels.Select(channel => Places(labels, channel)).ToList();
                if (places[0].Length > 0 && places.TrueForAll(own => own.Length == places[0].Length))
                {
                    var axis = Enumerable.Range(0, labels.Rank).Single(labels.Varies);
                    taken.Add(new(part, value, axis, [.. places.SelectMany(own => own)], channels.Length));
                }
            }
        }
    }

    /// <summary>The group.</summary>
    public ChannelGroup Group { get; }

    /// <summary>Whether layers take the channels of every part.</summary>
    public bool IsWhole => taken.Select(value => value.Part).Distinct().Count() == Group.Parts;

    /// <summary>Names of the values.</summary>
    public IEnumerable<string> Values => IsWhole ? taken.Select(value => value.Name) : [];

    /// <summary>Adds a batch.</summary>
    /// <param name="first">Values of A by name.</param>
    /// <param name="second">Values of B by name.</param>
    public void Add(IReadOnlyDictionary<string, Tensor> first, IReadOnlyDictionary<string, Tensor> second)
    {
        foreach (var value in IsWhole ? taken : [])
        {
            using var scope = NewDisposeScope();
            value.Add(value.Rows(first[value.Name]), value.Rows(second[value.Name]));
        }
    }

    /// <summary>The sums of correlations.</summary>
    public GroupScores Scores()
    {
        var parts = Enumerable.Range(0, Group.Parts).Select(Sum).ToArray();
        return new(Group, parts);

        double[] Sum(int part)
        {
            using var scope = NewDisposeScope();
            var sum = taken
                .Where(value => value.Part == part)
                .Select(value => value.Correlations())
                .Aggregate((a, b) => a + b);
            return sum.contiguous().data<double>().ToArray();
        }
    }

    private static long[] Places(LabelArray labels, long channel) =>
        [
            .. labels
                .Ids.Select((id, place) => (id, place))
                .Where(entry => entry.id == channel)
                .Select(entry => (long)entry.place),
        ];

    // A value that a layer takes. Moments are those of the first k rows: counts, sums, sums of products.
    private sealed class Taken(int part, string name, int axis, long[] places, int channels)
    {
        private Tensor? sums;
        private Tensor? others;
        private Tensor? squares;
        private Tensor? otherSquares;
        private Tensor? products;
        private double count;

        public int Part => part;

        public string Name => name;

        // (images x positions, channels), in float64.
        public Tensor Rows(Tensor value) =>
            value.movedim([axis], [0]).index_select(0, tensor(places)).reshape(channels, -1).t().to(ScalarType.Float64);

        public void Add(Tensor first, Tensor second)
        {
            count += first.shape[0];
            Accumulate(ref sums, first.sum(dim: 0));
            Accumulate(ref others, second.sum(dim: 0));
            Accumulate(ref squares, first.square().sum(dim: 0));
            Accumulate(ref otherSquares, second.square().sum(dim: 0));
            Accumulate(ref products, first.t().mm(second));
        }

        public Tensor Correlations()
        {
            var covariance = (products! / count) - ((sums! / count).unsqueeze(1) * (others! / count));
            var deviations = Deviation(squares!, sums!).unsqueeze(1) * Deviation(otherSquares!, others!);
            return where(deviations.gt(0), covariance / deviations, zeros_like(covariance));
        }

        private Tensor Deviation(Tensor squared, Tensor summed) =>
            ((squared / count) - (summed / count).square()).clamp(min: 0).sqrt();

        private static void Accumulate(ref Tensor? sum, Tensor added)
        {
            var old = sum;
            sum = (old is null ? added : old + added).DetachFromDisposeScope();
            old?.Dispose();
        }
    }
}
