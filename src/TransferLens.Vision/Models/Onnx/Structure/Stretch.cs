using System.Collections.Immutable;

namespace TransferLens.Vision.Models.Onnx.Structure;

/// <summary>
/// A part of a network between two values through which all computation from the images to the logits passes.
/// </summary>
/// <param name="Nodes">The nodes that depend on the images, in order.</param>
/// <param name="Input">The value that it takes.</param>
/// <param name="Output">The value that it makes.</param>
internal sealed record Stretch(ImmutableArray<OnnxNode> Nodes, string Input, string Output)
{
    /// <summary>Cuts a classifier at every value through which all computation passes.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="flow">What its values depend on.</param>
    /// <param name="isCut">Whether the network may be cut at a value, for example because its first axis counts
    /// images.</param>
    public static ImmutableArray<Stretch> Of(OnnxClassifier classifier, ValueFlow flow, Func<string, bool> isCut)
    {
        var nodes = classifier
            .Nodes.Where(node => node.Outputs.Any(output => flow[output] == Dependence.Images))
            .ToList();
        var waists = Waists(nodes, classifier, flow)
            .Where(waist => waist.Value == classifier.Logits || isCut(waist.Value));
        return Between(nodes, [.. waists], classifier, flow);
    }

    /// <summary>A node that all computation passes through, and the only value by which it leaves it.</summary>
    private sealed record Waist(int Node, string Value);

    // Dominators in an acyclic graph (Cooper, Harvey, Kennedy 2001, in one pass since nodes are in order): those of the
    // last node.
    private static IEnumerable<Waist> Waists(List<OnnxNode> nodes, OnnxClassifier classifier, ValueFlow flow)
    {
        var makers = Makers(nodes);
        var above = new int[nodes.Count];
        var depth = new int[nodes.Count];
        for (var i = 0; i < nodes.Count; i++)
        {
            above[i] = ImageInputs(nodes[i], flow)
                .Select(input => makers.GetValueOrDefault(input, -1))
                .Aggregate(Common);
            depth[i] = above[i] < 0 ? 0 : depth[above[i]] + 1;
        }

        var chain = new Stack<int>();
        for (var i = makers[classifier.Logits]; i >= 0; i = above[i])
        {
            chain.Push(i);
        }

        var taken = nodes.SelectMany(node => node.Inputs).Append(classifier.Logits).ToHashSet(StringComparer.Ordinal);
        return chain
            .Select(node => (Node: node, Outputs: nodes[node].Outputs.Where(taken.Contains).ToList()))
            .Where(part => part.Outputs.Count == 1)
            .Select(part => new Waist(part.Node, part.Outputs[0]));

        int Common(int one, int other)
        {
            while (one != other)
            {
                if (one < 0 || other < 0)
                {
                    return -1;
                }

                (one, other) = depth[one] >= depth[other] ? (above[one], other) : (one, above[other]);
            }

            return one;
        }
    }

    // A node belongs to the first stretch whose output needs it.
    private static ImmutableArray<Stretch> Between(
        List<OnnxNode> nodes,
        ImmutableArray<Waist> waists,
        OnnxClassifier classifier,
        ValueFlow flow
    )
    {
        var makers = Makers(nodes);
        var first = Enumerable.Repeat(int.MaxValue, nodes.Count).ToArray();
        for (var i = 0; i < waists.Length; i++)
        {
            first[waists[i].Node] = i;
        }

        for (var i = nodes.Count - 1; i >= 0; i--)
        {
            foreach (var input in ImageInputs(nodes[i], flow))
            {
                if (makers.TryGetValue(input, out var maker))
                {
                    first[maker] = Math.Min(first[maker], first[i]);
                }
            }
        }

        return
        [
            .. waists.Select(
                (waist, i) =>
                    new Stretch(
                        [.. nodes.Where((_, node) => first[node] == i)],
                        i == 0 ? classifier.Images : waists[i - 1].Value,
                        waist.Value
                    )
            ),
        ];
    }

    private static Dictionary<string, int> Makers(List<OnnxNode> nodes)
    {
        var makers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < nodes.Count; i++)
        {
            foreach (var output in nodes[i].Outputs.Where(output => output.Length > 0))
            {
                makers[output] = i;
            }
        }

        return makers;
    }

    private static IEnumerable<string> ImageInputs(OnnxNode node, ValueFlow flow) =>
        node.Inputs.Where(input => flow[input] == Dependence.Images);
}
