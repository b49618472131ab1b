using System.Collections.Immutable;
using static TorchSharp.torch;
using static TransferLens.Vision.Models.Onnx.Operators.OnnxTypes;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>Comparisons and truth values, with broadcasting.</summary>
internal static class LogicOperators
{
    /// <summary>The operators.</summary>
    public static ImmutableArray<OnnxOperator> All { get; } =
    [
        new("Equal", 7, Any, call => call[0].eq(call[1])) { LeastInputs = 2 },
        new("Greater", 7, Numbers, call => call[0].gt(call[1])) { LeastInputs = 2 },
        new("GreaterOrEqual", 12, Numbers, call => call[0].ge(call[1])) { LeastInputs = 2 },
        new("Less", 7, Numbers, call => call[0].lt(call[1])) { LeastInputs = 2 },
        new("LessOrEqual", 12, Numbers, call => call[0].le(call[1])) { LeastInputs = 2 },
        new("And", 7, OnnxTypes.Bool, call => call[0].logical_and(call[1])) { LeastInputs = 2 },
        new("Or", 7, OnnxTypes.Bool, call => call[0].logical_or(call[1])) { LeastInputs = 2 },
        new("Xor", 7, OnnxTypes.Bool, call => call[0].logical_xor(call[1])) { LeastInputs = 2 },
        new("Where", 9, OnnxTypes.Bool, call => where(call[0], call[1], call[2])) { LeastInputs = 3 },
    ];
}
