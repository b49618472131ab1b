using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Evaluation;

/// <summary>
/// Computes the nodes of a graph that depend on constants only, and stores what they make. What is left depends on
/// the inputs or on tensors that may change.
/// </summary>
internal static class ConstantFolding
{
    // Dropout and batch normalization depend on the mode of the network.
    private static readonly ImmutableArray<string> Modal = ["BatchNormalization", "Dropout"];

    /// <summary>The graph with constants stored: no <c>Constant</c> nodes, and none whose inputs are all constants.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="isConstant">Whether a stored tensor stays as it is; parameters and statistics do not.</param>
    /// <param name="source">The file, for messages.</param>
    /// <returns>The graph with fewer nodes. What was folded and is still taken is an initializer under the name of the
    /// value; these names are also returned.</returns>
    /// <exception cref="InputException">A node cannot be computed.</exception>
    public static (OnnxGraph Graph, ImmutableHashSet<string> Folded) Fold(
        OnnxGraph graph,
        Func<OnnxTensor, bool> isConstant,
        string source
    )
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var known = graph
            .Initializers.Where(isConstant)
            .ToDictionary(tensor => tensor.Name, tensor => tensor.ToTensor(), StringComparer.Ordinal);
        var (left, made) = (ImmutableArray.CreateBuilder<OnnxNode>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var node in graph.Nodes)
        {
            if (Modal.Contains(node.Operator) || !node.Inputs.All(name => name.Length == 0 || known.ContainsKey(name)))
            {
                left.Add(node);
                continue;
            }

            string[] outputs = [.. node.Outputs.Where(name => name.Length > 0)];
            var values = new OnnxEvaluator([node], outputs, source).Compute(name => known[name], new());
            for (var i = 0; i < outputs.Length; i++)
            {
                (known[outputs[i]], _) = (values[i], made.Add(outputs[i]));
            }
        }

        made.IntersectWith(Taken(left, graph));
        var stored = graph.Initializers.Concat(made.Select(name => OnnxTensor.FromTensor(name, known[name])));
        return (graph with { Nodes = left.ToImmutable(), Initializers = [.. stored] }, [.. made]);
    }

    private static IEnumerable<string> Taken(IEnumerable<OnnxNode> nodes, OnnxGraph graph) =>
        nodes.SelectMany(node => node.Inputs).Concat(graph.Outputs.Select(output => output.Name));
}
