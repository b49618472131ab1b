using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Numpy;

namespace TransferLens.Vision.Formats;

/// <summary>
/// An array of integers in NumPy's <c>.npy</c> format. Arrays of objects, which only Python's pickle can read, are
/// refused.
/// </summary>
/// <param name="Shape">Length of each dimension.</param>
/// <param name="Type">The type of the values, without the order of their bytes, for example <c>u1</c>.</param>
/// <param name="Bytes">The values row by row (C order), with the bytes in this machine's order.</param>
internal sealed record NpyArray(ImmutableArray<int> Shape, string Type, byte[] Bytes)
{
    /// <summary>Reads an array, also one in Fortran order or with the most significant byte first.</summary>
    /// <param name="stream">The file's content.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <exception cref="InputException">It is not such an array, or longer or shorter than its header says.</exception>
    public static NpyArray Read(Stream stream, long length, string name)
    {
        var header = NumpyHeader.Read(stream, Broken);
        var type = header.Type.Name;
        if (type is not ("u1" or "i1" or "b1" or "u2" or "i2" or "u4" or "i4" or "u8" or "i8"))
        {
            var code = Sentence.Short(header.Type.Code);
            throw Broken($"its values are of the type '{code}'; save integers, and pixels as uint8");
        }

        var width = type[1] - '0';
        var claimed = header.Shape.Aggregate((double)width, (product, side) => product * side);
        if (claimed > Math.Min(length, Array.MaxLength) || header.Shape.Any(side => side > int.MaxValue))
        {
            throw Broken($"its header claims {claimed:0} bytes, but it has {length}");
        }

        var bytes = new byte[(int)claimed];
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw Broken("it ends too early");
        }

        bytes = header.Type.IsBigEndian ? NumpyElements.Reversed(bytes, width) : bytes;
        bytes = header.IsByColumn ? NumpyElements.ByRow(bytes, header.Shape.AsSpan(), width) : bytes;
        return new([.. header.Shape.Select(side => (int)side)], type, bytes);

        InputException Broken(string why) => new($"The array '{name}' cannot be read: {why}.");
    }

    /// <summary>The value at a position as an integer.</summary>
    public long this[int position] =>
        Type switch
        {
            "u1" or "b1" => Bytes[position],
            "i1" => (sbyte)Bytes[position],
            "u2" => BitConverter.ToUInt16(Bytes, position * 2),
            "i2" => BitConverter.ToInt16(Bytes, position * 2),
            "u4" => BitConverter.ToUInt32(Bytes, position * 4),
            "i4" => BitConverter.ToInt32(Bytes, position * 4),
            _ => BitConverter.ToInt64(Bytes, position * 8),
        };
}
