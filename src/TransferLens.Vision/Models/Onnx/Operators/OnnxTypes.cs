using System.Collections.Immutable;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>Types of elements that an operator takes.</summary>
/// <param name="Name">Their name in documentation.</param>
/// <param name="All">The types.</param>
internal sealed record OnnxTypes(string Name, ImmutableArray<ScalarType> All)
{
    /// <summary>Floating-point numbers.</summary>
    public static OnnxTypes Floats { get; } =
        new("floats", [ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float64]);

    /// <summary>Integers.</summary>
    public static OnnxTypes Integers { get; } =
        new("integers", [ScalarType.Int64, ScalarType.Int32, ScalarType.Int16, ScalarType.Int8, ScalarType.Byte]);

    /// <summary>Floating-point numbers and integers.</summary>
    public static OnnxTypes Numbers { get; } = new("numbers", [.. Floats.All, .. Integers.All]);

    /// <summary>Truth values.</summary>
    public static OnnxTypes Bool { get; } = new("bool", [ScalarType.Bool]);

    /// <summary>All types that tensors here can have.</summary>
    public static OnnxTypes Any { get; } = new("any", [.. Numbers.All, .. Bool.All]);
}
