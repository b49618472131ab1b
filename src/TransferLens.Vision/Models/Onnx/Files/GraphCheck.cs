namespace TransferLens.Vision.Models.Onnx.Files;

/// <summary>Checks that a graph can be computed node by node.</summary>
internal static class GraphCheck
{
    /// <summary>Checks that each value is made once, and before it is taken.</summary>
    /// <exception cref="WireFault">One is not; the message names it and the node.</exception>
    public static void Check(OnnxGraph graph)
    {
        var known = graph.Inputs.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        if (known.Count != graph.Inputs.Length)
        {
            throw new WireFault("two of its inputs have one name");
        }

        var stored = new HashSet<string>(StringComparer.Ordinal);
        if (graph.Initializers.FirstOrDefault(tensor => tensor.Name.Length == 0 || !stored.Add(tensor.Name)) is { } odd)
        {
            throw new WireFault($"its initializer '{odd.Name}' has no name, or another has the same");
        }

        known.UnionWith(stored);
        foreach (var node in graph.Nodes)
        {
            if (node.Inputs.FirstOrDefault(name => name.Length > 0 && !known.Contains(name)) is { } missing)
            {
                throw new WireFault($"{node.Label} takes '{missing}', which nothing before it makes");
            }

            if (node.Outputs.FirstOrDefault(name => name.Length > 0 && !known.Add(name)) is { } twice)
            {
                throw new WireFault($"{node.Label} makes '{twice}', which something before it makes too");
            }
        }

        if (graph.Outputs.FirstOrDefault(output => !known.Contains(output.Name)) is { } never)
        {
            throw new WireFault($"nothing makes its output '{never.Name}'");
        }
    }
}
