using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Graphs;
using TransferLens.Vision.Models.Onnx;
using TransferLens.Vision.Models.Onnx.Export;
using TransferLens.Vision.Models.Onnx.Structure;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Permutations;

/// <summary>
/// The groups of hidden channels of a network that can be permuted without changing what it computes (Hecht-Nielsen
/// 1990; Entezari et al. 2022). They are found from the network's graph: a residual stream is one group, a grouped
/// convolution permutes groups and channels inside them, attention permutes heads, and inside each head queries with
/// keys and values with the projection.
/// </summary>
public sealed class PermutationGroups
{
    private PermutationGroups(
        ImmutableArray<WeightLabels> weights,
        ImmutableArray<ChannelGroup> groups,
        ImmutableArray<(string Value, LabelArray Labels)> received,
        int labels
    ) => (Weights, Groups, Received, Labels) = (weights, groups, received, labels);

    /// <summary>The weights that have permutable channels.</summary>
    internal ImmutableArray<WeightLabels> Weights { get; }

    /// <summary>The groups.</summary>
    internal ImmutableArray<ChannelGroup> Groups { get; }

    /// <summary>Labels of the values that layers take, by name of the value in the graph.</summary>
    internal ImmutableArray<(string Value, LabelArray Labels)> Received { get; }

    /// <summary>Number of labels: permutations have a source for each.</summary>
    internal int Labels { get; }

    /// <summary>What can be permuted: the groups with the weights that have their channels.</summary>
    public ImmutableArray<PermutationGroup> Describe() =>
        [
            .. Groups.Select(group => new PermutationGroup(
                group.Channels.Count(),
                group.Blocks.Length,
                [.. MembersOf(group.Channels.ToHashSet())]
            )),
        ];

    private IEnumerable<PermutationGroupMember> MembersOf(HashSet<long> channels) =>
        from weight in Weights
        let axes = weight
            .Uses.Where(use => use.Ids.Any(channels.Contains))
            .SelectMany(use => Enumerable.Range(0, use.Rank).Where(use.Varies))
            .Distinct()
            .Order()
            .ToImmutableArray()
        where !axes.IsEmpty
        select new PermutationGroupMember(weight.Name, axes);

    /// <summary>Finds the groups of a network.</summary>
    /// <param name="network">A network that TransferLens ships or one from an ONNX file, on any device.</param>
    /// <param name="size">Side of the images in pixels.</param>
    /// <exception cref="InputException">The network is defined in code and has no graph, or does not take images of
    /// this size.</exception>
    public static PermutationGroups Find(Network network, int size)
    {
        ArgumentNullException.ThrowIfNull(network);
        using var scope = NewDisposeScope();
        var model = NetworkGraph.Of(network, new(null, size));
        var shapes = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.shape);
        var names = Names(network, model, shapes);
        var axes = OnnxClassifier.Of(model, network.Name).Axes;
        var trace = ChannelTrace.Run(model.Graph, names.Keys.ToHashSet(), axes.Shape(1, size, size), network.Name);
        ImmutableArray<WeightLabels> weights =
        [
            .. trace
                .Weights.Final()
                .GroupBy(entry => entry.Name)
                .Select(group => Labelled(names[group.Key], shapes, [.. group.Select(entry => entry.Labels)])),
        ];
        var received = trace
            .Received.Select(entry => (entry.Key, entry.Value.Renewed(trace.Labels)))
            .Where(entry => !entry.Item2.IsPlain)
            .ToImmutableArray();
        return new(weights, GroupSearch.Find(weights, trace.Labels), received, trace.Labels.Count);
    }

    /// <summary>The permutation that moves nothing.</summary>
    internal long[] Identity() => [.. Enumerable.Range(0, Labels).Select(label => (long)label)];

    /// <summary>A state dict with permuted channels: new tensors in the caller's dispose scope. Tensors without
    /// permutable channels are left out.</summary>
    /// <param name="weights">The state dict.</param>
    /// <param name="sources">For each label the one whose elements replace its own.</param>
    internal Dictionary<string, Tensor> Permute(IReadOnlyDictionary<string, Tensor> weights, long[] sources) =>
        Weights.ToDictionary(weight => weight.Name, weight => weight.Permute(weights[weight.Name], sources));

    // Stored name of each weight: its name in the state dict, and whether the graph stores the transpose.
    private static Dictionary<string, (string Name, bool IsTransposed)> Names(
        Network network,
        OnnxModel model,
        Dictionary<string, long[]> shapes
    )
    {
        var own = network.Graph?.StoredNames ?? [];
        var names = own.ToDictionary(entry => entry.Stored, entry => (entry.Name, entry.IsTransposed));
        foreach (var tensor in model.Graph.Initializers.Where(tensor => shapes.ContainsKey(tensor.Name)))
        {
            names.TryAdd(tensor.Name, (tensor.Name, false));
        }

        return names;
    }

    private static WeightLabels Labelled(
        (string Name, bool IsTransposed) weight,
        Dictionary<string, long[]> shapes,
        IEnumerable<LabelArray> uses
    )
    {
        var shape = shapes[weight.Name];
        return new(
            weight.Name,
            shape,
            [.. uses.Select(use => (weight.IsTransposed ? Turned(use) : use).WithShape(shape))]
        );
    }

    private static LabelArray Turned(LabelArray labels)
    {
        using var scope = NewDisposeScope();
        var turned = labels.ToTensor().t().contiguous();
        return new([.. labels.Shape.Reverse()], turned.shape, turned.data<long>().ToArray());
    }
}
