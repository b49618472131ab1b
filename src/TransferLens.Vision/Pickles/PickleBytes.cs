using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Unicode;

namespace TransferLens.Vision.Pickles;

/// <summary>The bytes of a pickle, read one after the other.</summary>
/// <param name="pickle">The pickle, and what follows it.</param>
/// <param name="objects">Makes the error where they end too early.</param>
internal sealed class PickleBytes(ReadOnlyMemory<byte> pickle, IPickleObjects objects)
{
    private const int LongestNumber = 1000;

    /// <summary>Number of bytes consumed.</summary>
    public int Position { get; private set; }

    /// <summary>The next byte.</summary>
    public byte Byte() => Take(1)[0];

    /// <summary>The next bytes.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > pickle.Length - Position)
        {
            throw objects.Broken("its pickle ends too early");
        }

        Position += count;
        return pickle.Span.Slice(Position - count, count);
    }

    /// <summary>Text up to the end of a line.</summary>
    public string Line()
    {
        var line = Encoding.UTF8.GetString(Take(pickle.Span[Position..].IndexOf((byte)'\n'))).TrimEnd('\r');
        Position++;
        return line;
    }

    /// <summary>A whole number in decimal, up to the end of a line.</summary>
    public long Number() => long.Parse(Line().TrimEnd('L'), CultureInfo.InvariantCulture);

    /// <summary>
    /// A whole number of any size in decimal, up to the end of a line; see <see cref="Long"/> for large ones.
    /// </summary>
    public object LongNumber()
    {
        var line = Line().TrimEnd('L');
        if (line.Length > LongestNumber)
        {
            return line;
        }

        var number = BigInteger.Parse(line, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return number >= long.MinValue && number <= long.MaxValue ? (long)number : number.ToByteArray();
    }

    /// <summary>Text in UTF-8.</summary>
    public string Text(int length) => Encoding.UTF8.GetString(Take(length));

    /// <summary>Text, or bytes if they are no UTF-8: Python 2 writes both alike.</summary>
    public object TextOrBytes(int length)
    {
        var bytes = Take(length);
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : bytes.ToArray();
    }

    /// <summary>A length in four bytes.</summary>
    public int Length4() => checked((int)BinaryPrimitives.ReadUInt32LittleEndian(Take(4)));

    /// <summary>A length in eight bytes.</summary>
    public int Length8() => checked((int)BinaryPrimitives.ReadUInt64LittleEndian(Take(8)));

    /// <summary>
    /// A whole number in two's complement. More than eight bytes, as of the number that begins PyTorch's old format,
    /// stay bytes.
    /// </summary>
    public object Long(int length)
    {
        var bytes = Take(length);
        if (length > 8)
        {
            return bytes.ToArray();
        }

        var value = 0L;
        for (var i = 0; i < length; i++)
        {
            value |= (long)bytes[i] << (8 * i);
        }

        return length is > 0 and < 8 && (bytes[length - 1] & 0x80) != 0 ? value - (1L << (8 * length)) : value;
    }
}
