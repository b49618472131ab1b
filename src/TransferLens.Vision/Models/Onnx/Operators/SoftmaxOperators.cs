using System.Collections.Immutable;
using static TorchSharp.torch;
using static TransferLens.Vision.Models.Onnx.Operators.OnnxTypes;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>
/// Functions of the values along an axis. Before opset 13 the axes from the given one on, 1 by default, count as one.
/// </summary>
internal static class SoftmaxOperators
{
    /// <summary>The operators.</summary>
    public static ImmutableArray<OnnxOperator> All { get; } =
    [
        new("Softmax", 1, Floats, call => Along(call, (input, axis) => input.softmax(axis))) { Attributes = ["axis"] },
        new("LogSoftmax", 1, Floats, call => Along(call, (input, axis) => input.log_softmax(axis)))
        {
            Attributes = ["axis"],
        },
        new("Hardmax", 1, Floats, call => Along(call, Hardmax)) { Attributes = ["axis"] },
    ];

    private static Tensor Along(OnnxCall call, Func<Tensor, long, Tensor> compute)
    {
        var input = call[0];
        if (call.Opset >= 13)
        {
            return compute(input, call.Axis(call.Integer("axis", -1), input.dim()));
        }

        var axis = call.Axis(call.Integer("axis", 1), input.dim());
        var shape = input.shape;
        return axis == shape.Length - 1 ? compute(input, axis) : compute(input.flatten(axis), axis).reshape(shape);
    }

    private static Tensor Hardmax(Tensor input, long axis)
    {
        var largest = input.argmax(axis, keepdim: true);
        return zeros_like(input).scatter(axis, largest, ones(largest.shape, input.dtype, input.device));
    }
}
