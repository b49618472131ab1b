using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TransferLens.Vision.Formats;

/// <summary>The number by which equal images are found: the first 64 bits of the SHA-256 of their bytes.</summary>
internal static class ContentHash
{
    /// <summary>The number of some bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return FromHash(hash);
    }

    /// <summary>The number of bytes whose SHA-256 is known.</summary>
    public static ulong FromHash(ReadOnlySpan<byte> hash) => BinaryPrimitives.ReadUInt64BigEndian(hash);
}
