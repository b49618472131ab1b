using System.Buffers.Binary;
using System.Numerics;

namespace TransferLens.Report.TensorBoard;

/// <summary>
/// The frame of a record in a TFRecord file: its length in 8 bytes, their check, the record, its check; all little-endian. A
/// check is the CRC-32C (Castagnoli) of the bytes, rotated and shifted so that a check of data that holds checks stays
/// sound. Source: TensorFlow, core/lib/io/record_writer.h and core/lib/hash/crc32c.h.
/// </summary>
internal static class EventRecord
{
    private const uint MaskDelta = 0xa282ead8;

    /// <summary>Appends a record.</summary>
    public static void Write(Stream to, ReadOnlySpan<byte> record)
    {
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], Check(head[..8]));
        to.Write(head);
        to.Write(record);
        Span<byte> tail = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(tail, Check(record));
        to.Write(tail);
    }

    /// <summary>The masked CRC-32C of some bytes.</summary>
    public static uint Check(ReadOnlySpan<byte> bytes) => BitOperations.RotateRight(Crc32C(bytes), 15) + MaskDelta;

    /// <summary>Their CRC-32C: 0xE3069283 for the nine digits "123456789".</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return ~crc;
    }
}
