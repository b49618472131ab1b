using System.Collections.Immutable;
using System.Runtime.InteropServices;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Onnx.Operators;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Evaluation;

/// <summary>A node that is ready to be computed.</summary>
/// <param name="Node">The node.</param>
/// <param name="Operator">Its operator.</param>
/// <param name="Inputs">Numbers of the values that it takes.</param>
/// <param name="Outputs">Numbers of the values that it makes.</param>
/// <param name="Source">Its file, for messages.</param>
internal sealed record EvaluationStep(
    OnnxNode Node,
    OnnxOperator Operator,
    ImmutableArray<int> Inputs,
    ImmutableArray<int> Outputs,
    string Source
)
{
    /// <summary>Numbers of the values that nobody takes afterwards.</summary>
    public ImmutableArray<int> Last { get; init; } = [];

    /// <summary>Computes the node's values, and frees those that nobody takes afterwards.</summary>
    /// <param name="values">The values by number.</param>
    /// <param name="run">How the graph is computed.</param>
    /// <param name="observe">Sees each value when it is made; null for nobody.</param>
    /// <exception cref="InputException">The node cannot be computed from its inputs.</exception>
    public void Compute(Tensor?[] values, OnnxRun run, Action<string, Tensor>? observe)
    {
        using (NewDisposeScope())
        {
            var inputs = Array.ConvertAll([.. Inputs], slot => Input(values, slot));
            var made = Apply(inputs, run);
            for (var i = 0; i < Math.Min(made.Length, Outputs.Length); i++)
            {
                if (Outputs[i] != ValueSlots.None)
                {
                    var isInput = Array.Exists(inputs, input => ReferenceEquals(input, made[i]));
                    var own = isInput ? made[i].alias() : made[i];
                    values[Outputs[i]] = own.MoveToOuterDisposeScope();
                    observe?.Invoke(Node.Outputs[i], own);
                }
            }
        }

        foreach (var slot in Last)
        {
            values[slot]?.Dispose();
            values[slot] = null;
        }
    }

    private Tensor? Input(Tensor?[] values, int slot) =>
        slot == ValueSlots.None
            ? null
            : values[slot]
                ?? throw Refusal($"takes '{Node.Inputs[Inputs.IndexOf(slot)]}', an output that is not supported");

    private Tensor[] Apply(Tensor?[] inputs, OnnxRun run)
    {
        if (inputs is [{ } first, ..] && !Operator.Types.All.Contains(first.dtype))
        {
            var type = OnnxElement.Find(first.dtype)?.Name ?? $"{first.dtype}";
            throw Refusal($"takes elements of type {type}, and {Operator.Name} is supported for {Operator.Types.Name}");
        }

        try
        {
            return Operator.Compute(new(Node, inputs, run, Source));
        }
        catch (Exception failure) when (IsFault(failure))
        {
            throw Refusal($"does not fit its inputs ({Shapes(inputs)}): {FirstLine(failure)}");
        }
    }

    // What libtorch and TorchSharp throw when shapes or values do not fit. Memory that runs out is no fault of the
    // file.
    private static bool IsFault(Exception failure) =>
        failure
            is ExternalException
                or ArgumentException
                or IndexOutOfRangeException
                or InvalidOperationException
                or ArithmeticException
        && !failure.Message.Contains("allocate", StringComparison.Ordinal)
        && !failure.Message.Contains("out of memory", StringComparison.Ordinal);

    private static string Shapes(IEnumerable<Tensor?> inputs) =>
        string.Join(" ", inputs.Select(input => input is null ? "none" : $"[{string.Join(", ", input.shape)}]"));

    private static string FirstLine(Exception failure) =>
        failure.Message.ReplaceLineEndings("\n").Split('\n')[0].TrimEnd('.');

    private InputException Refusal(string why) => OnnxFault.Refusal(Node, Source, why);
}
