using System.Collections.Immutable;
using static TorchSharp.torch;
using static TransferLens.Vision.Models.Onnx.Operators.OnnxTypes;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>Arithmetic of two or more tensors, with broadcasting.</summary>
internal static class BinaryOperators
{
    /// <summary>The operators.</summary>
    public static ImmutableArray<OnnxOperator> All { get; } =
    [
        new("Add", 7, Numbers, call => call[0] + call[1]) { LeastInputs = 2 },
        new("Sub", 7, Numbers, call => call[0] - call[1]) { LeastInputs = 2 },
        new("Mul", 7, Numbers, call => call[0] * call[1]) { LeastInputs = 2 },
        new("Div", 7, Numbers, Divide) { LeastInputs = 2 },
        new("Mod", 10, Numbers, Modulo) { LeastInputs = 2, Attributes = ["fmod"] },
        new("Pow", 7, Numbers, Power) { LeastInputs = 2 },
        new("Min", 8, Numbers, call => call.All.Aggregate((a, b) => a.minimum(b))),
        new("Max", 8, Numbers, call => call.All.Aggregate((a, b) => a.maximum(b))),
        new("Sum", 8, Floats, call => call.All.Aggregate((a, b) => a + b)),
        new("Mean", 8, Floats, call => call.All.Aggregate((a, b) => a + b) / call.Count),
        new("BitwiseAnd", 18, Integers, call => call[0].bitwise_and(call[1])) { LeastInputs = 2 },
        new("BitwiseOr", 18, Integers, call => call[0].bitwise_or(call[1])) { LeastInputs = 2 },
        new("BitwiseXor", 18, Integers, call => call[0].bitwise_xor(call[1])) { LeastInputs = 2 },
        new("BitShift", 11, Integers, Shift) { LeastInputs = 2, Attributes = ["direction"] },
    ];

    // Quotients of integers lose their fraction.
    private static Tensor Divide(OnnxCall call) =>
        call[0].is_floating_point() ? call[0] / call[1] : call[0].div(call[1], RoundingMode.trunc);

    // The sign is the divisor's, or with fmod the dividend's.
    private static Tensor Modulo(OnnxCall call) =>
        call.Integer("fmod", 0) == 0 ? call[0].remainder(call[1]) : call[0].fmod(call[1]);

    // The type is the base's; the exponent may have another from opset 12 on.
    private static Tensor Power(OnnxCall call)
    {
        var power = call[0].pow(call[1]);
        return power.dtype == call[0].dtype ? power : power.to(call[0].dtype);
    }

    private static Tensor Shift(OnnxCall call) =>
        call.Text("direction", "") switch
        {
            "LEFT" => call[0].bitwise_left_shift(call[1]),
            "RIGHT" => call[0].bitwise_right_shift(call[1]),
            var other => throw call.Refusal($"has the direction '{other}', which is not known"),
        };
}
