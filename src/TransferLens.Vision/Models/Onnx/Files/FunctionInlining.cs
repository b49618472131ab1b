using System.Collections.Immutable;

namespace TransferLens.Vision.Models.Onnx.Files;

/// <summary>
/// Replaces calls of a model's functions by their nodes. Names of the new nodes and values start with the name of the
/// call, so scopes are kept.
/// </summary>
internal sealed class FunctionInlining
{
    private const int DeepestCall = 32;
    private const int MostNodes = 1_000_000;

    private readonly Dictionary<(string Domain, string Name, string Overload), OnnxFunction> functions = [];
    private int count;

    private FunctionInlining(OnnxModel model)
    {
        foreach (var function in model.Functions)
        {
            functions[(function.Domain, function.Name, function.Overload)] = function;
        }
    }

    /// <summary>The model without functions; its nodes know the version of their operator set.</summary>
    /// <exception cref="WireFault">A function calls itself, or an operator set is not declared.</exception>
    public static OnnxModel Inline(OnnxModel model)
    {
        var inlining = new FunctionInlining(model);
        var nodes = inlining.Expand(model.Graph.Nodes, model.Opsets, 0);
        return model with { Graph = model.Graph with { Nodes = [.. nodes] }, Functions = [] };
    }

    private IEnumerable<OnnxNode> Expand(IEnumerable<OnnxNode> nodes, ImmutableArray<OnnxOpset> opsets, int depth) =>
        nodes.SelectMany(node =>
            functions.TryGetValue((node.Domain, node.Operator, node.Overload), out var function)
                ? Call(node, function, depth)
                : [Bound(node, opsets, depth)]
        );

    private OnnxNode Bound(OnnxNode node, ImmutableArray<OnnxOpset> opsets, int depth)
    {
        if (++count > MostNodes)
        {
            throw new WireFault($"it has more than {MostNodes} nodes");
        }

        var domain = node.Domain == "ai.onnx" ? "" : node.Domain;
        var set = opsets.FirstOrDefault(set => set.Domain == domain || (domain == "" && set.Domain == "ai.onnx"));
        return node with
        {
            Domain = domain,
            Opset = set?.Version
                ?? throw new WireFault(
                    $"{node.Label} is of the operator set '{domain}', whose version it does not state"
                ),
            Attributes = [.. node.Attributes.Select(attribute => Expanded(attribute, opsets, depth))],
        };
    }

    private OnnxAttribute Expanded(OnnxAttribute attribute, ImmutableArray<OnnxOpset> opsets, int depth) =>
        attribute with
        {
            Graph = attribute.Graph is { } graph ? Expanded(graph, opsets, depth) : null,
            Graphs = [.. attribute.Graphs.Select(graph => Expanded(graph, opsets, depth))],
        };

    private OnnxGraph Expanded(OnnxGraph graph, ImmutableArray<OnnxOpset> opsets, int depth) =>
        graph with
        {
            Nodes = [.. Expand(graph.Nodes, opsets, depth)],
        };

    private IEnumerable<OnnxNode> Call(OnnxNode call, OnnxFunction function, int depth)
    {
        if (depth == DeepestCall)
        {
            throw new WireFault($"its functions call each other more than {DeepestCall} deep at {call.Label}");
        }

        if (call.Inputs.Length > function.Inputs.Length || call.Outputs.Length > function.Outputs.Length)
        {
            throw new WireFault($"{call.Label} gives or takes more values than its function has");
        }

        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < function.Inputs.Length; i++)
        {
            given[function.Inputs[i]] = i < call.Inputs.Length ? call.Inputs[i] : "";
        }

        for (var i = 0; i < call.Outputs.Length; i++)
        {
            if (call.Outputs[i].Length > 0)
            {
                given[function.Outputs[i]] = call.Outputs[i];
            }
        }

        var attributes = call.Attributes.Concat(function.Defaults).ToImmutableArray();
        var scope = call.Name.Length > 0 ? call.Name : call.Outputs.FirstOrDefault(name => name.Length > 0) ?? "";
        var renaming = new Renaming(scope + "/", given, outer: false);
        var nodes = function.Nodes.Select(node => Filled(renaming.Node(node), attributes));
        return Expand(nodes, function.Opsets, depth + 1);
    }

    // Attributes that refer to the call's take its values; those that the call leaves out are left out.
    private static OnnxNode Filled(OnnxNode node, ImmutableArray<OnnxAttribute> given) =>
        node with
        {
            Attributes = [.. node.Attributes.Select(attribute => Filled(attribute, given)).OfType<OnnxAttribute>()],
        };

    private static OnnxAttribute? Filled(OnnxAttribute attribute, ImmutableArray<OnnxAttribute> given)
    {
        if (attribute.Reference.Length > 0)
        {
            return given.FirstOrDefault(value => value.Name == attribute.Reference) is { } found
                ? found with
                {
                    Name = attribute.Name,
                }
                : null;
        }

        return attribute.Graph is { } graph
            ? attribute with
            {
                Graph = graph with { Nodes = [.. graph.Nodes.Select(node => Filled(node, given))] },
            }
            : attribute;
    }
}
