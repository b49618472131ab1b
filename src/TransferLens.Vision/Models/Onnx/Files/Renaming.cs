using System.Collections.Immutable;

namespace TransferLens.Vision.Models.Onnx.Files;

/// <summary>
/// New names for the values of a function or a branch that takes its place among the nodes of a graph: what it makes
/// inside gets a prefix, so that no two parts share a name.
/// </summary>
/// <param name="prefix">Put before names of nodes and of values made inside.</param>
/// <param name="given">Names that stand for names outside: inputs and outputs.</param>
/// <param name="outer">Whether a value that is not made inside is one of the graph around; otherwise it is unknown.
/// </param>
internal sealed class Renaming(string prefix, IReadOnlyDictionary<string, string> given, bool outer)
{
    private readonly HashSet<string> inside = new(StringComparer.Ordinal);

    /// <summary>Declares a value as made inside.</summary>
    public void Make(string name) => inside.Add(name);

    /// <summary>The new name of a value; an empty name stays empty.</summary>
    public string Value(string name) =>
        name.Length == 0 ? name
        : given.TryGetValue(name, out var known) ? known
        : inside.Contains(name) || !outer ? prefix + name
        : name;

    /// <summary>The new name of a node: with the prefix as its scope.</summary>
    public string Node(string name) => prefix + name.TrimStart('/');

    /// <summary>A node with new names, in the graphs of its attributes too.</summary>
    public OnnxNode Node(OnnxNode node)
    {
        foreach (var output in node.Outputs)
        {
            Make(output);
        }

        return node with
        {
            Name = Node(node.Name),
            Inputs = Values(node.Inputs),
            Outputs = Values(node.Outputs),
            Attributes =
            [
                .. node.Attributes.Select(attribute =>
                    attribute with
                    {
                        Graph = attribute.Graph is { } graph ? Graph(graph) : null,
                        Graphs = [.. attribute.Graphs.Select(Graph)],
                    }
                ),
            ],
        };
    }

    private ImmutableArray<string> Values(ImmutableArray<string> names) => [.. names.Select(Value)];

    private OnnxGraph Graph(OnnxGraph graph)
    {
        foreach (var name in graph.Inputs.Select(v => v.Name).Concat(graph.Initializers.Select(t => t.Name)))
        {
            Make(name);
        }

        var inputs = graph.Inputs.Select(value => value with { Name = Value(value.Name) });
        var stored = graph.Initializers.Select(tensor => tensor with { Name = Value(tensor.Name) });
        var nodes = graph.Nodes.Select(Node).ToImmutableArray();
        return graph with
        {
            Inputs = [.. inputs],
            Initializers = [.. stored],
            Nodes = nodes,
            Outputs = [.. graph.Outputs.Select(value => value with { Name = Value(value.Name) })],
        };
    }
}
