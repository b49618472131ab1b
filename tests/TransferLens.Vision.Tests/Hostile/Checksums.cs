using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace TransferLens.Vision.Tests.Hostile;

/// <summary>Makes checksums right again, so that damage reaches what they protect.</summary>
internal static class Checksums
{
    private const int TarBlock = 512;

    /// <summary>The checksum of PNG chunks, with the reflected polynomial 0xEDB88320.</summary>
    public static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }

    /// <summary>A PNG file with the checksum of each whole chunk corrected.</summary>
    public static byte[] Png(byte[] file)
    {
        var at = 8;
        while (at + 12 <= file.Length)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (length > file.Length - at - 12)
            {
                break;
            }

            var end = at + 8 + (int)length;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(end), Crc32(file.AsSpan((at + 4)..end)));
            at = end + 4;
        }

        return file;
    }

    /// <summary>A tar file with the checksum of each block that may be a header corrected.</summary>
    public static byte[] Tar(byte[] file)
    {
        for (var at = 0; at + TarBlock <= file.Length; at += TarBlock)
        {
            var block = file.AsSpan(at, TarBlock);
            if (!block[257..].StartsWith("ustar"u8))
            {
                continue;
            }

            block.Slice(148, 8).Fill((byte)' ');
            var sum = 0;
            foreach (var one in block)
            {
                sum += one;
            }

            Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0", block[148..]);
        }

        return file;
    }

    /// <summary>Bytes compressed with gzip.</summary>
    public static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            stream.Write(bytes);
        }

        return packed.ToArray();
    }
}
