using System.Buffers.Binary;
using System.Text;

namespace TransferLens.Vision.Models.Onnx.Files;

/// <summary>
/// Reads fields in the encoding of Protocol Buffers. What it returns as bytes is a view of the given memory, so
/// weights are never copied.
/// </summary>
internal sealed class WireReader
{
    /// <summary>Messages in messages: graphs of a published network need 8.</summary>
    private const int DeepestNesting = 64;

    /// <summary>Messages of a file. The largest published networks have 200,000.</summary>
    private const int MostMessages = 4_000_000;

    private static readonly UTF8Encoding Text8 = new(false, throwOnInvalidBytes: true);

    private readonly ReadOnlyMemory<byte> bytes;
    private readonly Count messages;
    private readonly int depth;
    private int at;

    /// <summary>Starts at the beginning of a file's content.</summary>
    public WireReader(ReadOnlyMemory<byte> bytes)
        : this(bytes, new(), 0) { }

    private WireReader(ReadOnlyMemory<byte> bytes, Count messages, int depth) =>
        (this.bytes, this.messages, this.depth) = (bytes, messages, depth);

    /// <summary>Whether everything has been read.</summary>
    public bool IsAtEnd => at == bytes.Length;

    /// <summary>Reads the number and the layout of the next field.</summary>
    public (int Number, WireType Type) Tag()
    {
        var tag = Varint();
        if (tag is 0 or > uint.MaxValue || tag >> 3 == 0)
        {
            throw new WireFault("a field has no number");
        }

        return ((int)(tag >> 3), (WireType)(tag & 7));
    }

    /// <summary>Reads an integer.</summary>
    public ulong Varint()
    {
        var span = bytes.Span;
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (at == span.Length)
            {
                throw new WireFault("it ends inside a field");
            }

            var next = span[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new WireFault("an integer is longer than 10 bytes");
    }

    /// <summary>Reads 4 bytes.</summary>
    public uint Fixed32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4).Span);

    /// <summary>Reads 8 bytes.</summary>
    public ulong Fixed64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8).Span);

    /// <summary>Reads a length and that many bytes.</summary>
    public ReadOnlyMemory<byte> Bytes()
    {
        var length = Varint();
        return Take(length > int.MaxValue ? int.MaxValue : (int)length);
    }

    /// <summary>Reads a text.</summary>
    public string Text()
    {
        try
        {
            return Text8.GetString(Bytes().Span);
        }
        catch (DecoderFallbackException)
        {
            throw new WireFault("a text in it is not UTF-8");
        }
    }

    /// <summary>A reader of the message that comes next.</summary>
    public WireReader Message()
    {
        if (depth == DeepestNesting)
        {
            throw new WireFault($"it nests more than {DeepestNesting} messages");
        }

        return ++messages.Value <= MostMessages
            ? new(Bytes(), messages, depth + 1)
            : throw new WireFault($"it has more than {MostMessages} parts");
    }

    /// <summary>A reader of the packed numbers that come next.</summary>
    public WireReader Packed() => new(Bytes(), messages, depth);

    /// <summary>Passes over a field that is not known.</summary>
    /// <param name="type">Its layout.</param>
    public void Skip(WireType type)
    {
        switch (type)
        {
            case WireType.Varint:
                Varint();
                break;
            case WireType.Bytes:
                Bytes();
                break;
            case WireType.Fixed32:
                Take(4);
                break;
            case WireType.Fixed64:
                Take(8);
                break;
            default:
                throw new WireFault($"a field has the layout {(int)type}, which does not exist");
        }
    }

    private ReadOnlyMemory<byte> Take(int count)
    {
        if (count > bytes.Length - at)
        {
            throw new WireFault("it ends inside a field");
        }

        var taken = bytes.Slice(at, count);
        at += count;
        return taken;
    }

    private sealed class Count
    {
        public int Value { get; set; }
    }
}
