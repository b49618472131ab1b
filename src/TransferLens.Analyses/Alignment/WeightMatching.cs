using TransferLens.Studies.Plans;
using TransferLens.Vision.Models.Permutations;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Alignment;

/// <summary>
/// Weight matching: the permutation P of the channels of B that maximizes sum_W &lt;W_A, P(W_B)&gt; over all
/// parameters, which is the one that brings B nearest to A. Coordinate descent over the groups: each step solves the
/// linear assignment of one group with the others kept, until none changes. It finds a local maximum. Source:
/// Ainsworth, Hayase, Srinivasa, Git Re-Basin, ICLR 2023, algorithm 1.
/// </summary>
internal sealed class WeightMatching
{
    /// <summary>Number of starts unless another is given.</summary>
    public const int DefaultStarts = 3;

    private const int MostSweeps = 200;

    // Sums differ by rounding where nothing is gained.
    private const double LeastGain = 1e-9;
    private const long LargestInDouble = 1L << 23;

    private readonly PermutationGroups groups;
    private readonly IReadOnlyDictionary<string, Tensor> first;
    private readonly IReadOnlyDictionary<string, Tensor> second;
    private readonly WeightLabels[] weights;
    private readonly Dictionary<ChannelGroup, HashSet<string>> neighbours;
    private readonly PartialResults parts;
    private int steps;

    private WeightMatching(
        PermutationGroups groups,
        IReadOnlyDictionary<string, Tensor> first,
        IReadOnlyDictionary<string, Tensor> second,
        IReadOnlySet<string> parameters,
        PartialResults parts
    )
    {
        (this.groups, this.first, this.second, this.parts) = (groups, first, second, parts);
        weights = [.. groups.Weights.Where(weight => parameters.Contains(weight.Name))];
        neighbours = Neighbours();
    }

    /// <summary>Matches some groups, with the others as a permutation has them.</summary>
    /// <param name="groups">The network's groups.</param>
    /// <param name="first">State dict of A.</param>
    /// <param name="second">State dict of B.</param>
    /// <param name="parameters">Names of the parameters.</param>
    /// <param name="sources">The permutation; it is changed.</param>
    /// <param name="some">The groups to match.</param>
    /// <param name="parts">Where a task keeps each step; <see cref="PartialResults.None"/> for nowhere.</param>
    /// <param name="cancellationToken">Cancels between groups.</param>
    public static void Complete(
        PermutationGroups groups,
        IReadOnlyDictionary<string, Tensor> first,
        IReadOnlyDictionary<string, Tensor> second,
        IReadOnlySet<string> parameters,
        long[] sources,
        IReadOnlyList<ChannelGroup> some,
        PartialResults parts,
        CancellationToken cancellationToken
    )
    {
        using var frozen = no_grad();
        new WeightMatching(groups, first, second, parameters, parts).Descend(sources, some, null, cancellationToken);
    }

    /// <summary>Matches B to A.</summary>
    /// <param name="groups">The network's groups.</param>
    /// <param name="first">State dict of A.</param>
    /// <param name="second">State dict of B.</param>
    /// <param name="parameters">Names of the parameters: running statistics are left out of the sum.</param>
    /// <param name="starts">Number of starts to try, at least 1. The first takes the groups in the order of
    /// computation; so does the second, after it has matched each by the groups before it; the others take them in
    /// random orders.</param>
    /// <param name="seed">Seed of the random orders.</param>
    /// <param name="parts">Where a task keeps each step; null for nowhere.</param>
    /// <param name="progress">Receives the number of finished starts, or null.</param>
    /// <param name="cancellationToken">Cancels between groups.</param>
    /// <returns>For each label the one whose elements replace its own, and the sum over permutable parameters.
    /// </returns>
    public static (long[] Sources, double Sum) Match(
        PermutationGroups groups,
        IReadOnlyDictionary<string, Tensor> first,
        IReadOnlyDictionary<string, Tensor> second,
        IReadOnlySet<string> parameters,
        int starts = DefaultStarts,
        int seed = 0,
        PartialResults? parts = null,
        Action<int>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        using var frozen = no_grad();
        var matching = new WeightMatching(groups, first, second, parameters, parts ?? PartialResults.None);
        var random = new Random(seed);
        // No permutation exceeds the product of the norms, which a permuted copy reaches.
        var largest = (1 - LeastGain) * Math.Sqrt(matching.Square(first) * matching.Square(second));
        (long[] Sources, double Sum)? best = null;
        for (var start = 0; start < starts; start++)
        {
            var sources = groups.Identity();
            if (start == 1)
            {
                matching.Advance(sources, cancellationToken);
            }

            matching.Descend(sources, groups.Groups, start < 2 ? null : random, cancellationToken);
            var sum = matching.Sum(sources);
            best = best is { } before && before.Sum >= sum ? before : (sources, sum);
            progress?.Invoke(start + 1);
            if (sum >= largest)
            {
                break;
            }
        }

        return best!.Value;
    }

    /// <summary>The sum that is maximized, for a permutation.</summary>
    private double Sum(long[] sources)
    {
        using var scope = NewDisposeScope();
        return weights.Sum(weight => Product(first[weight.Name], weight.Permute(second[weight.Name], sources)));
    }

    private double Square(IReadOnlyDictionary<string, Tensor> model) =>
        weights.Sum(weight => Product(model[weight.Name], model[weight.Name]));

    // From the images on: each group by the weights whose other channels have been matched before. In a permuted copy
    // these fit exactly.
    private void Advance(long[] sources, CancellationToken cancellationToken)
    {
        var known = new HashSet<ChannelGroup>();
        foreach (var group in groups.Groups)
        {
            cancellationToken.ThrowIfCancellationRequested();
            known.Add(group);
            Step(group, sources, () => MatchKnown(group, known, sources));
        }
    }

    private bool MatchKnown(ChannelGroup group, HashSet<ChannelGroup> known, long[] sources)
    {
        var unknown = groups.Groups.Where(other => !known.Contains(other)).SelectMany(other => neighbours[other]);
        var scores = Scores(group, sources, unknown.ToHashSet(StringComparer.Ordinal), out _);
        var (moves, sum) = scores.Best();
        if (sum <= scores.Unmoved)
        {
            return false;
        }

        Set(sources, moves, [.. moves.Select(move => sources[move.Source])]);
        return true;
    }

    // A step changes nothing but the sources of its group's channels: those are kept.
    private bool Step(ChannelGroup group, long[] sources, Func<bool> take)
    {
        var name = $"step {steps++}";
        long[] channels = [.. group.Channels];
        if (parts.Read<long>(name) is { } kept)
        {
            foreach (var (channel, source) in channels.Zip(kept))
            {
                sources[channel] = source;
            }

            return kept.Length > 0;
        }

        var isTaken = take();
        parts.Write<long>(name, isTaken ? Array.ConvertAll(channels, channel => sources[channel]) : []);
        return isTaken;
    }

    private void Descend(
        long[] sources,
        IReadOnlyList<ChannelGroup> some,
        Random? random,
        CancellationToken cancellationToken
    )
    {
        // A group is looked at again when another that shares a weight with it has changed.
        var open = some.ToHashSet();
        for (var sweep = 0; sweep < MostSweeps && open.Count > 0; sweep++)
        {
            ChannelGroup[] order = [.. some];
            random?.Shuffle(order);
            foreach (var group in order.Where(open.Remove))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Step(group, sources, () => Improve(group, sources)))
                {
                    open.UnionWith(
                        some.Where(other => other != group && neighbours[group].Overlaps(neighbours[other]))
                    );
                }
            }
        }
    }

    // The weights of each group.
    private Dictionary<ChannelGroup, HashSet<string>> Neighbours() =>
        groups.Groups.ToDictionary(
            group => group,
            group =>
            {
                var channels = group.Channels.ToHashSet();
                return weights
                    .Where(weight => weight.Uses.Any(use => use.Ids.Any(channels.Contains)))
                    .Select(weight => weight.Name)
                    .ToHashSet(StringComparer.Ordinal);
            }
        );

    private bool Improve(ChannelGroup group, long[] sources)
    {
        var scores = Scores(group, sources, [], out var isLinear);
        var (moves, sum) = scores.Best();
        var least = LeastGain * Math.Max(1, Math.Abs(scores.Unmoved));
        if (sum - scores.Unmoved <= least)
        {
            return false;
        }

        var before = isLinear ? 0 : Sum(sources);
        long[] old = [.. moves.Select(move => sources[move.Channel])];
        long[] taken = [.. moves.Select(move => sources[move.Source])];
        Set(sources, moves, taken);
        if (isLinear || Sum(sources) - before > least)
        {
            return true;
        }

        Set(sources, moves, old);
        return false;
    }

    private static void Set(long[] sources, List<(long Channel, long Source)> moves, long[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            sources[moves[i].Channel] = values[i];
        }
    }

    // How well channels fit, with the other groups as they are. Where a tensor has the group along two axes, the other
    // axis is kept too, and the scores are an approximation.
    private GroupScores Scores(ChannelGroup group, long[] sources, HashSet<string> leftOut, out bool isLinear)
    {
        using var scope = NewDisposeScope();
        var parts = Enumerable.Range(0, group.Parts).Select(group.ChannelsOf).ToArray();
        var sums = new Tensor?[parts.Length];
        isLinear = true;
        foreach (var weight in weights.Where(weight => !leftOut.Contains(weight.Name)))
        {
            Tensor? moved = null;
            var times = 0;
            for (var use = 0; use < weight.Uses.Length; use++)
            {
                var axes = weight.PartOf(use);
                var indices = axes.IndicesOf(use);
                var isFound = false;
                for (var part = 0; part < parts.Length; part++)
                {
                    if (!indices.ContainsKey(parts[part][0]))
                    {
                        continue;
                    }

                    isFound = true;
                    moved ??= weight.Permute(second[weight.Name], sources);
                    var rows = tensor(parts[part].SelectMany(channel => indices[channel]).ToArray());
                    var product = Rows(axes, first[weight.Name], rows, parts[part].Length)
                        .mm(Rows(axes, moved, rows, parts[part].Length).t());
                    sums[part] = sums[part] is { } sum ? sum + product : product;
                }

                times += isFound ? 1 : 0;
            }

            isLinear &= times < 2;
        }

        return new(group, [.. sums.Zip(parts, (sum, part) => Values(sum, part.Length))]);
    }

    private static double[] Values(Tensor? sum, int count) =>
        sum is null
            ? new double[count * count]
            : sum.to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();

    // A row for each channel.
    private static Tensor Rows(AxisLabels axes, Tensor weight, Tensor rows, int channels) =>
        axes.Unfold(Precise(weight.detach())).index_select(0, rows.to(weight.device)).reshape(channels, -1);

    // In float64, except for tensors so large that the copies would take too much memory.
    private static Tensor Precise(Tensor weight) =>
        weight.numel() > LargestInDouble ? weight.to(ScalarType.Float32) : weight.to(ScalarType.Float64);

    private static double Product(Tensor left, Tensor right)
    {
        using var scope = NewDisposeScope();
        var (own, other) = (left.detach().reshape(-1), right.detach().reshape(-1));
        var sum = 0.0;
        for (var start = 0L; start < own.numel(); start += LargestInDouble)
        {
            using var part = NewDisposeScope();
            var length = Math.Min(LargestInDouble, own.numel() - start);
            var a = own.narrow(0, start, length).to(ScalarType.Float64);
            sum += a.dot(other.narrow(0, start, length).to(ScalarType.Float64)).item<double>();
        }

        return sum;
    }
}
