using System.Collections.Immutable;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx;

/// <summary>An element type of ONNX tensors (<c>TensorProto.DataType</c> in onnx.proto).</summary>
/// <param name="Code">Its number in files.</param>
/// <param name="Name">Its name in ONNX's documentation, for example <c>float</c>.</param>
/// <param name="Bits">Bits of an element; 0 for text and for no type.</param>
/// <param name="Scalar">Type of the elements in libtorch; null when tensors of this type cannot be read.</param>
internal sealed record OnnxElement(int Code, string Name, int Bits, ScalarType? Scalar)
{
    /// <summary>No type.</summary>
    public static OnnxElement Undefined { get; } = new(0, "undefined", 0, null);

    /// <summary>IEEE 754 binary32.</summary>
    public static OnnxElement Float { get; } = new(1, "float", 32, ScalarType.Float32);

    /// <summary>Signed integers of 64 bits: shapes, axes, indices.</summary>
    public static OnnxElement Int64 { get; } = new(7, "int64", 64, ScalarType.Int64);

    /// <summary>All types of onnx.proto up to IR version 11.</summary>
    public static ImmutableArray<OnnxElement> All { get; } =
    [
        Undefined,
        Float,
        new(2, "uint8", 8, ScalarType.Byte),
        new(3, "int8", 8, ScalarType.Int8),
        new(4, "uint16", 16, null),
        new(5, "int16", 16, ScalarType.Int16),
        new(6, "int32", 32, ScalarType.Int32),
        Int64,
        new(8, "string", 0, null),
        new(9, "bool", 8, ScalarType.Bool),
        new(10, "float16", 16, ScalarType.Float16),
        new(11, "double", 64, ScalarType.Float64),
        new(12, "uint32", 32, null),
        new(13, "uint64", 64, null),
        new(14, "complex64", 64, null),
        new(15, "complex128", 128, null),
        new(16, "bfloat16", 16, ScalarType.BFloat16),
        new(17, "float8e4m3fn", 8, null),
        new(18, "float8e4m3fnuz", 8, null),
        new(19, "float8e5m2", 8, null),
        new(20, "float8e5m2fnuz", 8, null),
        new(21, "uint4", 4, null),
        new(22, "int4", 4, null),
        new(23, "float4e2m1", 4, null),
    ];

    /// <summary>The type of a number; null when there is none.</summary>
    /// <param name="code">Its number in files.</param>
    public static OnnxElement? Find(long code) => All.FirstOrDefault(element => element.Code == code);

    /// <summary>The type of a libtorch tensor; null when ONNX has none.</summary>
    /// <param name="scalar">libtorch's type.</param>
    public static OnnxElement? Find(ScalarType scalar) => All.FirstOrDefault(element => element.Scalar == scalar);
}
