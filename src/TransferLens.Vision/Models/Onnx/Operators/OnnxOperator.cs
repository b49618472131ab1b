using System.Collections.Immutable;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>An operator of ONNX (https://onnx.ai/onnx/operators), as differentiable operations of libtorch.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Since">The first version of the operator set whose meaning is implemented.</param>
/// <param name="Types">What the elements of its first input may be.</param>
/// <param name="Compute">Its outputs, new tensors in the caller's dispose scope. It changes no input, except running
/// statistics in training. It may give fewer outputs than ONNX defines.</param>
internal sealed record OnnxOperator(string Name, long Since, OnnxTypes Types, Func<OnnxCall, Tensor[]> Compute)
{
    /// <summary>The newest version of the operator set whose meaning is known.</summary>
    public const long NewestOpset = 23;

    /// <summary>Declares an operator with one output.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="since">The first version of the operator set whose meaning is implemented.</param>
    /// <param name="types">What the elements of its first input may be.</param>
    /// <param name="compute">Its output.</param>
    public OnnxOperator(string name, long since, OnnxTypes types, Func<OnnxCall, Tensor> compute)
        : this(name, since, types, call => [compute(call)]) { }

    /// <summary>The last version of the operator set that has it.</summary>
    public long Until { get; init; } = NewestOpset;

    /// <summary>Names of its attributes in all versions. Others are refused, because they would change what it means.
    /// </summary>
    public ImmutableArray<string> Attributes { get; init; } = [];

    /// <summary>Number of inputs that a node must give.</summary>
    public int LeastInputs { get; init; } = 1;
}
