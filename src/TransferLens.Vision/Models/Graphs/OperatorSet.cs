using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Models.Graphs;

/// <summary>The versions of ONNX's operator set in which graphs are written.</summary>
internal static class OperatorSet
{
    /// <summary>The oldest: the axes of <c>Unsqueeze</c> and <c>ReduceSum</c> became inputs in it.</summary>
    public const int Oldest = 13;

    /// <summary>The newest that is read again.</summary>
    public const int Newest = 23;

    /// <summary>The one taken where none is asked for: the first with <c>LayerNormalization</c>.</summary>
    public const int Usual = 17;

    // The first version of files that may leave initializers out of the inputs.
    private const long OldestForm = 4;

    /// <summary>Checks a version.</summary>
    /// <param name="opset">The version; null for the usual one.</param>
    /// <exception cref="InputException">No graph can be written in it.</exception>
    public static int Checked(int? opset) =>
        (opset ?? Usual) is >= Oldest and <= Newest and var known
            ? known
            : throw new InputException(
                $"A network cannot be exported in ONNX opset {opset}; use one from {Oldest} to {Newest}."
            );

    /// <summary>Version of the file's form (IR) that came with an opset.</summary>
    /// <param name="opset">The opset.</param>
    public static long FormOf(long opset) =>
        opset switch
        {
            < 10 => OldestForm,
            < 11 => 5,
            < 12 => 6,
            < 15 => 7,
            < 19 => 8,
            < 21 => 9,
            < 23 => 10,
            _ => 11,
        };
}
