using System.Collections.Immutable;
using static TorchSharp.torch;
using static TransferLens.Vision.Models.Onnx.Operators.OnnxTypes;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>Values from settings and shapes, on the CPU, and changes of type.</summary>
internal static class ConstantOperators
{
    private static readonly ImmutableArray<string> Kinds =
    [
        "sparse_value",
        "value",
        "value_float",
        "value_floats",
        "value_int",
        "value_ints",
        "value_string",
        "value_strings",
    ];

    /// <summary>The operators.</summary>
    public static ImmutableArray<OnnxOperator> All { get; } =
    [
        new("Constant", 1, Any, Constant) { Attributes = Kinds, LeastInputs = 0 },
        new("ConstantOfShape", 9, Integers, Filled) { Attributes = ["value"] },
        new("Range", 11, Numbers, Range) { LeastInputs = 3 },
        new("EyeLike", 9, Any, Identity) { Attributes = ["dtype", "k"] },
        new("Cast", 6, Any, call => call[0].to(Type(call, call.Integer("to", 0)))) { Attributes = ["saturate", "to"] },
        new("CastLike", 15, Any, call => call[0].to(call[1].dtype)) { Attributes = ["saturate"], LeastInputs = 2 },
        new("Identity", 1, Any, call => call[0].alias()),
        new("Shape", 1, Any, Shape) { Attributes = ["end", "start"] },
        new("Size", 1, Any, call => tensor(call[0].numel(), ScalarType.Int64)),
    ];

    private static Tensor Constant(OnnxCall call) =>
        call.Node.Attributes switch
        {
            [{ Name: "value", Tensor: { } value }] => Stored(call, value),
            [{ Name: "value_float" } one] => tensor(one.Float),
            [{ Name: "value_floats" } all] => tensor(all.Floats.ToArray()),
            [{ Name: "value_int" } one] => tensor(one.Integer),
            [{ Name: "value_ints" } all] => tensor(all.Integers.ToArray()),
            [var other] => throw call.Refusal($"has a {other.Name}, which is not supported"),
            _ => throw call.Refusal("needs one attribute with its value"),
        };

    private static Tensor Stored(OnnxCall call, OnnxTensor value) =>
        value.Element.Scalar is null
            ? throw call.Refusal($"has a value of type {value.Element.Name}, which is not supported")
            : value.ToTensor();

    private static Tensor Filled(OnnxCall call)
    {
        var shape = call.Shape(call.Values(0));
        if (call.Attribute("value", OnnxAttributeKind.Tensor)?.Tensor is not { } stored)
        {
            return zeros(shape);
        }

        var value = Stored(call, stored);
        return value.numel() == 1 ? value.reshape([]).expand(shape).clone() : throw call.Refusal("has several values");
    }

    private static Tensor Range(OnnxCall call)
    {
        var type = call[0].dtype;
        if (call[0].is_floating_point())
        {
            var (start, limit, step) = (call.Numbers(0)[0], call.Numbers(1)[0], call.Numbers(2)[0]);
            var count = step == 0 ? 0 : Math.Max(0, Math.Ceiling((limit - start) / step));
            return Steps(call, count).to(ScalarType.Float64).mul(step).add(start).to(type);
        }

        var (first, end, delta) = (call.Values(0)[0], call.Values(1)[0], call.Values(2)[0]);
        var steps = delta == 0 ? 0 : Math.Max(0, Math.Ceiling(((double)end - first) / delta));
        return Steps(call, steps).mul(delta).add(first).to(type);
    }

    private static Tensor Steps(OnnxCall call, double count) =>
        arange(call.Shape([(long)Math.Min(count, long.MaxValue)])[0], ScalarType.Int64);

    private static Tensor Identity(OnnxCall call)
    {
        if (call[0].shape is not [var rows, var columns])
        {
            throw call.Refusal($"makes a matrix from {call[0].dim()} axes");
        }

        var code = call.Integer("dtype", 0);
        var type = code == 0 ? call[0].dtype : Type(call, code);
        var (row, column) = (arange(rows).unsqueeze(1), arange(columns).unsqueeze(0));
        return (column - row).eq(call.Integer("k", 0)).to(type);
    }

    private static Tensor Shape(OnnxCall call)
    {
        var shape = call[0].shape;
        var (start, end) = (call.Integer("start", 0), call.Integer("end", shape.Length));
        var from = (int)Math.Clamp(start < 0 ? start + shape.Length : start, 0, shape.Length);
        var to = (int)Math.Clamp(end < 0 ? end + shape.Length : end, 0, shape.Length);
        return tensor(from < to ? shape[from..to] : [], ScalarType.Int64);
    }

    private static ScalarType Type(OnnxCall call, long code) =>
        OnnxElement.Find(code)?.Scalar
        ?? throw call.Refusal(
            $"makes elements of type {OnnxElement.Find(code)?.Name ?? $"{code}"}, which is not supported"
        );
}
