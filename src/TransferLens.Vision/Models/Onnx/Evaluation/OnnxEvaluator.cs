using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Onnx.Operators;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Evaluation;

/// <summary>
/// Computes nodes of a graph in order, by differentiable operations of libtorch on the device of what it is given. It
/// frees each value after its last use, unless autograd keeps it.
/// </summary>
/// <remarks>
/// It owns no tensors and may be used on several threads at once. Values made from shapes are on the CPU; what is on
/// the CPU moves to the device of what it is combined with.
/// </remarks>
internal sealed class OnnxEvaluator
{
    private readonly ImmutableArray<EvaluationStep> steps;
    private readonly ImmutableArray<int> taken;
    private readonly ImmutableArray<int> outputs;
    private readonly int slots;

    /// <summary>Prepares nodes: finds their operators, and what is taken and given.</summary>
    /// <param name="nodes">The nodes, each after those whose outputs it takes.</param>
    /// <param name="outputs">Names of the values to return, in this order.</param>
    /// <param name="source">The file that they come from, for messages.</param>
    /// <param name="own">What computes a node instead of its operator, if anything.</param>
    /// <exception cref="InputException">An operator, its version or an attribute is not supported; the message names
    /// the node and the operator.</exception>
    public OnnxEvaluator(
        IEnumerable<OnnxNode> nodes,
        IEnumerable<string> outputs,
        string source,
        Func<OnnxNode, OnnxOperator?>? own = null
    )
    {
        var names = new ValueSlots();
        ImmutableArray<EvaluationStep> prepared =
        [
            .. nodes.Select(node => new EvaluationStep(
                node,
                own?.Invoke(node) ?? OnnxOperators.Find(node, source),
                [.. node.Inputs.Select(names.Take)],
                [.. node.Outputs.Select(names.Make)],
                source
            )),
        ];
        this.outputs = [.. outputs.Select(names.Take)];
        Taken = [.. names.Taken.Select(value => value.Name)];
        taken = [.. names.Taken.Select(value => value.Slot)];
        slots = names.Count;
        steps = WithLastUses(prepared, [.. taken, .. this.outputs]);
    }

    /// <summary>Names of the values that must be given: inputs, weights, statistics, constants of the file.</summary>
    public ImmutableArray<string> Taken { get; }

    /// <summary>Prepares a whole graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="source">The file that it comes from, for messages.</param>
    /// <exception cref="InputException">An operator, its version or an attribute is not supported.</exception>
    public static OnnxEvaluator Create(OnnxGraph graph, string source) =>
        new(graph.Nodes, graph.Outputs.Select(output => output.Name), source);

    /// <summary>Computes the outputs.</summary>
    /// <param name="value">The value of each name in <see cref="Taken"/>. They stay the caller's and are not changed,
    /// except running statistics in training.</param>
    /// <param name="run">How the graph is computed.</param>
    /// <param name="observe">Sees each value when it is made, by its name; null for nobody.</param>
    /// <returns>New tensors in the caller's dispose scope, one for each output.</returns>
    /// <exception cref="InputException">A node cannot be computed from its inputs; the message names it and its
    /// operator.</exception>
    public Tensor[] Compute(Func<string, Tensor> value, OnnxRun run, Action<string, Tensor>? observe = null)
    {
        using var scope = NewDisposeScope();
        var values = new Tensor?[slots];
        for (var i = 0; i < taken.Length; i++)
        {
            values[taken[i]] = value(Taken[i]);
        }

        foreach (var step in steps)
        {
            step.Compute(values, run, observe);
        }

        return [.. outputs.Select(slot => values[slot]!.alias().MoveToOuterDisposeScope())];
    }

    // From the end: where a value appears first is its last use, or where it is made when nobody takes it.
    private static ImmutableArray<EvaluationStep> WithLastUses(
        ImmutableArray<EvaluationStep> steps,
        IEnumerable<int> kept
    )
    {
        var seen = kept.ToHashSet();
        return
        [
            .. steps
                .Reverse()
                .Select(step =>
                    step with
                    {
                        Last = [.. step.Inputs.Concat(step.Outputs).Where(slot => slot >= 0 && seen.Add(slot))],
                    }
                )
                .ToList()
                .AsEnumerable()
                .Reverse(),
        ];
    }
}
