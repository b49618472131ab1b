using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Formats;

/// <summary>
/// An array of integers in NumPy's <c>.npy</c> format. Arrays of objects, which only Python's pickle can read, are
/// refused. Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
/// </summary>
/// <param name="Shape">Length of each dimension.</param>
/// <param name="Type">The values' type as NumPy writes it, for example <c>|u1</c> or <c>&lt;i8</c>.</param>
/// <param name="Bytes">The values in C order, as they are in the file.</param>
internal sealed partial record NpyArray(ImmutableArray<int> Shape, string Type, byte[] Bytes)
{
    private const int MostDimensions = 8;
    private const int MostHeader = 1 << 16;

    /// <summary>Reads an array.</summary>
    /// <param name="stream">The file's content.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <exception cref="InputException">It is not such an array, or longer or shorter than its header says.</exception>
    public static NpyArray Read(Stream stream, long length, string name)
    {
        var start = Take(stream, 8, name);
        if (!IsMagic(start))
        {
            throw Broken(name, "it is not an array of NumPy");
        }

        var longHeader = start[6] > 1;
        var size = Take(stream, longHeader ? 4 : 2, name);
        var headerBytes = longHeader
            ? BinaryPrimitives.ReadUInt32LittleEndian(size)
            : BinaryPrimitives.ReadUInt16LittleEndian(size);
        if (headerBytes > MostHeader)
        {
            throw Broken(name, "its header is too long");
        }

        var header = Header().Match(Encoding.Latin1.GetString(Take(stream, (int)headerBytes, name)));
        if (!header.Success)
        {
            throw Broken(name, "its header is not one of an array of numbers");
        }

        var (type, shape) = (header.Groups["type"].Value, ShapeOf(header.Groups["shape"].Value, name));
        if (header.Groups["order"].Value == "True" && shape.Length > 1)
        {
            throw Broken(name, "it is in Fortran order; save numpy.ascontiguousarray of it");
        }

        var bytes = shape.Aggregate((double)ItemBytes(type, name), (product, side) => product * side);
        return bytes <= Math.Min(length, Array.MaxLength)
            ? new(shape, type, Take(stream, (int)bytes, name))
            : throw Broken(name, $"its header claims {bytes:0} bytes, but it has {length}");
    }

    /// <summary>The value at a position as an integer.</summary>
    public long this[int position] =>
        Type[1..] switch
        {
            "u1" or "b1" => Bytes[position],
            "i1" => (sbyte)Bytes[position],
            "u2" => BitConverter.ToUInt16(Bytes, position * 2),
            "i2" => BitConverter.ToInt16(Bytes, position * 2),
            "u4" => BitConverter.ToUInt32(Bytes, position * 4),
            "i4" => BitConverter.ToInt32(Bytes, position * 4),
            _ => BitConverter.ToInt64(Bytes, position * 8),
        };

    private static bool IsMagic(byte[] start) =>
        start is [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', ..];

    private static int ItemBytes(string type, string name) =>
        type is ['|' or '<', 'u' or 'i' or 'b', '1' or '2' or '4' or '8'] && (type[2] == '1' || type[0] == '<')
            ? type[2] - '0'
            : throw Broken(name, $"its values are of the type '{type}'; save integers, and pixels as uint8");

    private static ImmutableArray<int> ShapeOf(string text, string name)
    {
        var sides = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var shape = ImmutableArray.CreateBuilder<int>(sides.Length);
        foreach (var side in sides)
        {
            shape.Add(
                int.TryParse(side, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                && sides.Length <= MostDimensions
                    ? length
                    : throw Broken(name, $"its shape is ({text})")
            );
        }

        return shape.ToImmutable();
    }

    private static byte[] Take(Stream stream, int count, string name)
    {
        var bytes = new byte[count];
        return stream.ReadAtLeast(bytes, count, throwOnEndOfStream: false) == count
            ? bytes
            : throw Broken(name, "it ends too early");
    }

    private static InputException Broken(string name, string why) => new($"The array '{name}' cannot be read: {why}.");

    [GeneratedRegex(
        @"^\{'descr': '(?<type>[|<>=][a-zA-Z]\d+)', 'fortran_order': (?<order>True|False), "
            + @"'shape': \((?<shape>[\d, ]*)\),? *\}\s*$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Header();
}
