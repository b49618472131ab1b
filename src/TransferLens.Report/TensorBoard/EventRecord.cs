using System.Buffers.Binary;
using System.Numerics;

namespace TransferLens.Report.TensorBoard;

/// <summary>
/// The frame of a record in a TFRecord file, little-endian: length (8 bytes), checksum of the length, record, checksum
/// of the record. A checksum is a masked CRC-32C (Castagnoli); masking keeps checksums of data that contains checksums
/// reliable. Source: TensorFlow, core/lib/io/record_writer.h and core/lib/hash/crc32c.h.
/// </summary>
internal static class EventRecord
{
    private const uint MaskDelta = 0xa282ead8;

    /// <summary>Appends a record.</summary>
    public static void Write(Stream to, ReadOnlySpan<byte> record)
    {
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], Checksum(head[..8]));
        to.Write(head);
        to.Write(record);
        Span<byte> tail = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(tail, Checksum(record));
        to.Write(tail);
    }

    /// <summary>The masked CRC-32C.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes) => BitOperations.RotateRight(Crc32C(bytes), 15) + MaskDelta;

    /// <summary>The CRC-32C; 0xE3069283 for the ASCII text "123456789".</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var next in bytes)
        {
            crc = BitOperations.Crc32C(crc, next);
        }

        return ~crc;
    }
}
