using System.Collections.Immutable;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>An element type, with its names in safetensors, PyTorch and TorchSharp.</summary>
/// <param name="Safetensors">Name in a safetensors header, for example <c>F32</c>.</param>
/// <param name="Storage">Name of PyTorch's storage class, for example <c>FloatStorage</c>.</param>
/// <param name="Scalar">TorchSharp's name.</param>
/// <param name="Bytes">Bytes per element.</param>
internal sealed record TensorType(string Safetensors, string Storage, ScalarType Scalar, int Bytes)
{
    /// <summary>All types that can be read and written.</summary>
    public static ImmutableArray<TensorType> All { get; } =
    [
        new("F32", "FloatStorage", ScalarType.Float32, 4),
        new("F64", "DoubleStorage", ScalarType.Float64, 8),
        new("F16", "HalfStorage", ScalarType.Float16, 2),
        new("BF16", "BFloat16Storage", ScalarType.BFloat16, 2),
        new("I64", "LongStorage", ScalarType.Int64, 8),
        new("I32", "IntStorage", ScalarType.Int32, 4),
        new("I16", "ShortStorage", ScalarType.Int16, 2),
        new("I8", "CharStorage", ScalarType.Int8, 1),
        new("U8", "ByteStorage", ScalarType.Byte, 1),
        new("BOOL", "BoolStorage", ScalarType.Bool, 1),
    ];

    /// <summary>The type of a name in <see cref="All"/>.</summary>
    /// <param name="safetensors">Its name in safetensors.</param>
    public static TensorType Named(string safetensors) => All.Single(type => type.Safetensors == safetensors);

    /// <summary>Bytes per element in a storage of PyTorch whose type is not read; null if unknown.</summary>
    /// <param name="storage">Name of the storage class, for example <c>ComplexFloatStorage</c>.</param>
    public static int? UnreadWidth(string storage) =>
        storage switch
        {
            "ComplexDoubleStorage" => 16,
            "ComplexFloatStorage" => 8,
            "ComplexHalfStorage" or "QInt32Storage" => 4,
            "QInt8Storage" or "QUInt8Storage" or "QUInt4x2Storage" or "QUInt2x4Storage" or "UntypedStorage" => 1,
            _ => null,
        };

    /// <summary>PyTorch's name of a type, for messages.</summary>
    public static string NameOf(ScalarType type) =>
        type is ScalarType.Byte ? "uint8" : type.ToString().ToLowerInvariant();

    /// <summary>Creates a tensor from its bytes (little-endian, row by row).</summary>
    public Tensor CreateTensor(ReadOnlySpan<byte> bytes, ReadOnlySpan<long> shape)
    {
        var tensor = empty(shape, Scalar);
        if (!bytes.IsEmpty)
        {
            bytes.CopyTo(tensor.bytes);
            if (Scalar == ScalarType.Bool)
            {
                // libtorch requires 0 or 1; other bytes mean true.
                foreach (ref var value in tensor.bytes)
                {
                    value = value == 0 ? (byte)0 : (byte)1;
                }
            }
        }

        return tensor;
    }
}
