using System.Collections.Immutable;
using static TorchSharp.torch;
using static TransferLens.Vision.Models.Onnx.Operators.OnnxTypes;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>Functions of one number, for each element.</summary>
internal static class UnaryOperators
{
    /// <summary>The operators.</summary>
    public static ImmutableArray<OnnxOperator> All { get; } =
    [
        new("Abs", 6, Numbers, call => call[0].abs()),
        new("Neg", 6, Numbers, call => call[0].neg()),
        new("Sign", 9, Numbers, call => call[0].sign()),
        new("Ceil", 6, Floats, call => call[0].ceil()),
        new("Floor", 6, Floats, call => call[0].floor()),
        new("Round", 11, Floats, call => call[0].round()), // halves to even, as ONNX wants
        new("Sqrt", 6, Floats, call => call[0].sqrt()),
        new("Exp", 6, Floats, call => call[0].exp()),
        new("Log", 6, Floats, call => call[0].log()),
        new("Reciprocal", 6, Floats, call => call[0].reciprocal()),
        new("Erf", 9, Floats, call => call[0].erf()),
        new("Sin", 7, Floats, call => call[0].sin()),
        new("Cos", 7, Floats, call => call[0].cos()),
        new("Tan", 7, Floats, call => call[0].tan()),
        new("Asin", 7, Floats, call => call[0].asin()),
        new("Acos", 7, Floats, call => call[0].acos()),
        new("Atan", 7, Floats, call => call[0].atan()),
        new("Sinh", 9, Floats, call => call[0].sinh()),
        new("Cosh", 9, Floats, call => call[0].cosh()),
        new("Asinh", 9, Floats, call => call[0].asinh()),
        new("Acosh", 9, Floats, call => call[0].acosh()),
        new("Atanh", 9, Floats, call => call[0].atanh()),
        new("IsNaN", 9, Floats, call => call[0].isnan()),
        new("IsInf", 10, Floats, IsInfinite) { Attributes = ["detect_negative", "detect_positive"] },
        new("Not", 1, OnnxTypes.Bool, call => call[0].logical_not()),
        new("BitwiseNot", 18, Integers, call => call[0].bitwise_not()),
    ];

    private static Tensor IsInfinite(OnnxCall call)
    {
        var infinite = call[0].isinf();
        var positive = call.Integer("detect_positive", 1) != 0 ? call[0].gt(0) : zeros_like(infinite);
        var negative = call.Integer("detect_negative", 1) != 0 ? call[0].lt(0) : zeros_like(infinite);
        return infinite.logical_and(positive.logical_or(negative));
    }
}
