using System.Collections.Immutable;

namespace TransferLens.Vision.Models.Onnx.Structure;

/// <summary>
/// Concatenations of what other concatenations begin with: [a, b, c] after [a, b] takes its result. So each layer of a
/// DenseNet (Huang et al. 2017) passes on one value, behind which the network can be cut.
/// </summary>
internal static class ConcatenationChain
{
    /// <summary>The classifier with chained concatenations. All values stay what they are.</summary>
    /// <param name="classifier">The classifier.</param>
    public static OnnxClassifier Chain(OnnxClassifier classifier)
    {
        var made = new Dictionary<(string First, long Axis), OnnxNode>();
        var nodes = ImmutableArray.CreateBuilder<OnnxNode>(classifier.Nodes.Length);
        foreach (var node in classifier.Nodes)
        {
            if (node is not { Operator: "Concat", Domain: "", Inputs: [var first, ..] } || Axis(node) is not { } axis)
            {
                nodes.Add(node);
                continue;
            }

            var before = made.GetValueOrDefault((first, axis));
            nodes.Add(before is not null && Starts(node, before) ? After(node, before) : node);
            made[(first, axis)] = node;
        }

        return classifier with
        {
            Nodes = nodes.ToImmutable(),
        };
    }

    private static long? Axis(OnnxNode node) => node.Attribute("axis")?.Integer;

    private static bool Starts(OnnxNode node, OnnxNode before) =>
        node.Inputs.Length > before.Inputs.Length
        && node.Inputs.Take(before.Inputs.Length).SequenceEqual(before.Inputs);

    private static OnnxNode After(OnnxNode node, OnnxNode before) =>
        node with
        {
            Inputs = [before.Outputs[0], .. node.Inputs.Skip(before.Inputs.Length)],
        };
}
