using System.Collections.Immutable;

namespace TransferLens.Vision.Models.Onnx.Files;

/// <summary>
/// Replaces <c>If</c> nodes whose condition is a constant of the file by the nodes of the branch taken.
/// </summary>
internal sealed class BranchFolding
{
    private readonly Dictionary<string, bool> constants = new(StringComparer.Ordinal);
    private readonly ImmutableArray<OnnxTensor>.Builder stored;
    private readonly ImmutableArray<OnnxNode>.Builder nodes = ImmutableArray.CreateBuilder<OnnxNode>();

    private BranchFolding(OnnxGraph graph)
    {
        stored = graph.Initializers.ToBuilder();
        var free = graph.Inputs.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var tensor in graph.Initializers.Where(tensor => !free.Contains(tensor.Name)))
        {
            Note(tensor.Name, tensor);
        }
    }

    /// <summary>The model with branches folded.</summary>
    /// <exception cref="WireFault">A branch does not fit its node.</exception>
    public static OnnxModel Fold(OnnxModel model)
    {
        var folding = new BranchFolding(model.Graph);
        folding.Add(model.Graph.Nodes);
        return model with
        {
            Graph = model.Graph with
            {
                Nodes = folding.nodes.DrainToImmutable(),
                Initializers = folding.stored.DrainToImmutable(),
            },
        };
    }

    private void Add(IEnumerable<OnnxNode> list)
    {
        foreach (var node in list)
        {
            if (
                node is { Operator: "If", Domain: "", Inputs: [var condition] }
                && constants.TryGetValue(condition, out var taken)
            )
            {
                Take(node, taken ? "then_branch" : "else_branch");
                continue;
            }

            if (node is { Operator: "Constant", Domain: "", Outputs: [var made] })
            {
                Note(made, node.Attribute("value")?.Tensor);
            }

            nodes.Add(node);
        }
    }

    private void Take(OnnxNode node, string branch)
    {
        var graph = node.Attribute(branch)?.Graph ?? throw new WireFault($"{node.Label} has no {branch}");
        if (graph.Outputs.Length != node.Outputs.Length)
        {
            throw new WireFault(
                $"{node.Label} makes {node.Outputs.Length} values, its {branch} {graph.Outputs.Length}"
            );
        }

        var renaming = new Renaming($"{node.Name}/", ImmutableDictionary<string, string>.Empty, outer: true);
        foreach (var tensor in graph.Initializers)
        {
            renaming.Make(tensor.Name);
            stored.Add(tensor with { Name = renaming.Value(tensor.Name) });
        }

        Add([.. graph.Nodes.Select(renaming.Node)]);
        for (var i = 0; i < graph.Outputs.Length; i++)
        {
            nodes.Add(
                new()
                {
                    Name = renaming.Node(graph.Outputs[i].Name),
                    Operator = "Identity",
                    Opset = node.Opset,
                    Inputs = [renaming.Value(graph.Outputs[i].Name)],
                    Outputs = [node.Outputs[i]],
                }
            );
        }
    }

    private void Note(string name, OnnxTensor? tensor)
    {
        if (tensor is { Element.Name: "bool", Raw.Length: 1 })
        {
            constants[name] = tensor.Raw.Span[0] != 0;
        }
    }
}
