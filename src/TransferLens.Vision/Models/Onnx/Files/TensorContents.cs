using System.Buffers.Binary;
using System.Collections.Immutable;

namespace TransferLens.Vision.Models.Onnx.Files;

/// <summary>Brings the elements of stored tensors into one form: their bytes, little-endian, row by row.</summary>
/// <param name="folder">The folder of the model, which must have all files that the model names.</param>
internal sealed class TensorContents(string folder)
{
    private readonly ExternalData external = new(folder);

    /// <summary>The tensor with its elements in <see cref="OnnxTensor.Raw"/>.</summary>
    /// <exception cref="WireFault">The elements do not fill the shape, or are not to be had.</exception>
    public OnnxTensor Load(OnnxTensor tensor)
    {
        if (Count(tensor.Shape) is not { } count || count > Array.MaxLength)
        {
            throw Fault(tensor, $"has the impossible shape [{string.Join(", ", tensor.Shape.Take(64))}]");
        }

        if (tensor.Element.Bits == 0)
        {
            return tensor.Texts.Length == count ? tensor : throw Fault(tensor, "has no elements of a known type");
        }

        var length = ((count * tensor.Element.Bits) + 7) / 8;
        var raw = Bytes(tensor, length);
        return raw.Length == length
            ? tensor with
            {
                Raw = raw,
                Floats = [],
                Integers = [],
                Longs = [],
                Doubles = [],
                External = [],
                Location = 0,
            }
            : throw Fault(
                tensor,
                $"of type {tensor.Element.Name} and shape [{string.Join(", ", tensor.Shape.Take(64))}] "
                    + $"needs {length} bytes but has {raw.Length}"
            );
    }

    private ReadOnlyMemory<byte> Bytes(OnnxTensor tensor, long length)
    {
        if (tensor.Location != 0)
        {
            return external.Read(tensor, length);
        }

        var width = tensor.Element.Bits / 8;
        return tensor switch
        {
            { Raw.IsEmpty: false } => tensor.Raw,
            { Floats.IsEmpty: false } => Packed(tensor.Floats, 4, BinaryPrimitives.WriteSingleLittleEndian),
            { Doubles.IsEmpty: false } => Packed(tensor.Doubles, 8, BinaryPrimitives.WriteDoubleLittleEndian),
            { Longs.IsEmpty: false } => Packed(tensor.Longs, 8, BinaryPrimitives.WriteInt64LittleEndian),
            { Integers.IsEmpty: false } when width == 1 => Packed(tensor.Integers, 1, (to, v) => to[0] = (byte)v),
            { Integers.IsEmpty: false } when width == 2 => Packed(tensor.Integers, 2, (to, v) =>
                BinaryPrimitives.WriteInt16LittleEndian(to, (short)v)
            ),
            { Integers.IsEmpty: false } => Packed(tensor.Integers, 4, BinaryPrimitives.WriteInt32LittleEndian),
            _ => default,
        };
    }

    private delegate void WriteElement<T>(Span<byte> destination, T value);

    private static byte[] Packed<T>(ImmutableArray<T> values, int width, WriteElement<T> write)
    {
        if (values.Length > Array.MaxLength / width)
        {
            throw new WireFault("a tensor has more than 2 GiB");
        }

        var bytes = new byte[values.Length * width];
        for (var i = 0; i < values.Length; i++)
        {
            write(bytes.AsSpan(i * width), values[i]);
        }

        return bytes;
    }

    // Null when the shape is negative or has more than 2^40 elements.
    private static long? Count(ImmutableArray<long> shape)
    {
        var count = 1L;
        foreach (var length in shape)
        {
            if (length is < 0 or > 1L << 40 || (count *= length) > 1L << 40)
            {
                return null;
            }
        }

        return count;
    }

    private static WireFault Fault(OnnxTensor tensor, string what) => new($"tensor '{tensor.Name}' {what}");
}
