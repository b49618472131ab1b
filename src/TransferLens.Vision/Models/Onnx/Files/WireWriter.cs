using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace TransferLens.Vision.Models.Onnx.Files;

/// <summary>
/// Collects fields in the encoding of Protocol Buffers. Long bytes, such as weights, are kept as views until they are
/// written to the file.
/// </summary>
internal sealed class WireWriter
{
    private const int LongBytes = 1024;

    private readonly List<ReadOnlyMemory<byte>> done = [];
    private ArrayBufferWriter<byte> current = new();
    private long doneLength;

    /// <summary>Number of bytes so far.</summary>
    public long Length => doneLength + current.WrittenCount;

    /// <summary>The bytes in order.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Parts => done.Append(current.WrittenMemory);

    /// <summary>Writes the number and the layout of a field.</summary>
    public void Tag(int number, WireType type) => Varint(((ulong)number << 3) | (ulong)type);

    /// <summary>Writes an integer.</summary>
    public void Varint(ulong value)
    {
        Span<byte> bytes = stackalloc byte[10];
        var count = 0;
        for (; value >= 0x80; value >>= 7)
        {
            bytes[count++] = (byte)(value | 0x80);
        }

        bytes[count++] = (byte)value;
        current.Write(bytes[..count]);
    }

    /// <summary>Writes 4 bytes.</summary>
    public void Fixed32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(current.GetSpan(4), value);
        current.Advance(4);
    }

    /// <summary>Writes 8 bytes.</summary>
    public void Fixed64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(current.GetSpan(8), value);
        current.Advance(8);
    }

    /// <summary>Writes a length and the bytes.</summary>
    public void Bytes(ReadOnlyMemory<byte> bytes)
    {
        Varint((ulong)bytes.Length);
        Append(bytes);
    }

    /// <summary>Writes a text.</summary>
    public void Text(string text) => Bytes(Encoding.UTF8.GetBytes(text));

    /// <summary>Writes a message or packed numbers.</summary>
    public void Message(WireWriter message)
    {
        Varint((ulong)message.Length);
        foreach (var part in message.Parts)
        {
            Append(part);
        }
    }

    private void Append(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < LongBytes)
        {
            current.Write(bytes.Span);
            return;
        }

        done.Add(current.WrittenMemory);
        done.Add(bytes);
        doneLength += current.WrittenCount + bytes.Length;
        current = new();
    }
}
