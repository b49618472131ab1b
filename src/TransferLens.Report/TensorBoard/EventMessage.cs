using System.Buffers.Binary;
using System.Text;

namespace TransferLens.Report.TensorBoard;

/// <summary>
/// TensorBoard's messages in the wire format of protocol buffers: <c>Event</c> (wall_time = 1, step = 2, file_version =
/// 3, summary = 5) and <c>Summary</c> (value = 1 with tag = 1 and simple_value = 2). Source: TensorBoard,
/// compat/proto/event.proto and summary.proto; protobuf.dev, "Encoding".
/// </summary>
internal static class EventMessage
{
    private enum Wire
    {
        Varint = 0,
        Fixed64 = 1,
        Length = 2,
        Fixed32 = 5,
    }

    /// <summary>The first event of a file.</summary>
    /// <param name="time">Unix time in seconds.</param>
    public static byte[] Version(double time)
    {
        using var message = new MemoryStream();
        Double(message, 1, time);
        Bytes(message, 3, "brain.Event:2"u8);
        return message.ToArray();
    }

    /// <summary>The scalars of one step, as 32-bit numbers, the precision of TensorBoard.</summary>
    public static byte[] Scalars(double time, ScalarStep step)
    {
        using var summary = new MemoryStream();
        foreach (var (tag, value) in step.Values)
        {
            using var scalar = new MemoryStream();
            Bytes(scalar, 1, Encoding.UTF8.GetBytes(tag));
            Float(scalar, 2, (float)value);
            Bytes(summary, 1, scalar.ToArray());
        }

        using var message = new MemoryStream();
        Double(message, 1, time);
        Key(message, 2, Wire.Varint);
        Varint(message, (ulong)step.Step);
        Bytes(message, 5, summary.ToArray());
        return message.ToArray();
    }

    private static void Double(Stream to, int field, double value)
    {
        Key(to, field, Wire.Fixed64);
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        to.Write(bytes);
    }

    private static void Float(Stream to, int field, float value)
    {
        Key(to, field, Wire.Fixed32);
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        to.Write(bytes);
    }

    private static void Bytes(Stream to, int field, ReadOnlySpan<byte> bytes)
    {
        Key(to, field, Wire.Length);
        Varint(to, (ulong)bytes.Length);
        to.Write(bytes);
    }

    private static void Key(Stream to, int field, Wire wire) => Varint(to, ((ulong)field << 3) | (ulong)wire);

    private static void Varint(Stream to, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            to.WriteByte((byte)(value | 0x80));
        }

        to.WriteByte((byte)value);
    }
}
