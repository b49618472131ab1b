using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TransferLens.Studies.Plans;

namespace TransferLens.Vision.Images;

/// <summary>Images of a source that are in the file of a cache, one after the other.</summary>
/// <param name="MoreFrames">Number of them whose files have further frames or pages.</param>
/// <param name="Images">Their indices in the source.</param>
/// <param name="Sum">SHA-256 of their bytes in the file.</param>
internal sealed record WrittenImages(int MoreFrames, int[] Images, byte[] Sum)
{
    private const int SumLength = SHA256.HashSizeInBytes / sizeof(int);

    /// <summary>The images that an earlier run of a task has written; null if it did not.</summary>
    /// <param name="parts">The partial results of the task.</param>
    /// <param name="name">Name of the part.</param>
    public static WrittenImages? Read(PartialResults parts, string name) =>
        parts.Read<int>(name) is [var frames, .. var rest]
            ? new(frames, rest[SumLength..], MemoryMarshal.AsBytes<int>(rest.AsSpan(0, SumLength)).ToArray())
            : null;

    /// <summary>Numbers from which <see cref="Read"/> restores it.</summary>
    public int[] ToValues() => [MoreFrames, .. MemoryMarshal.Cast<byte, int>(Sum), .. Images];

    /// <summary>SHA-256 of images in their order.</summary>
    /// <param name="squares">Their bytes; null for images that are left out.</param>
    public static byte[] Digest(IEnumerable<byte[]?> squares)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var square in squares.OfType<byte[]>())
        {
            hash.AppendData(square);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>Whether a file goes on with these images; if so, its position moves behind them.</summary>
    /// <param name="file">The file.</param>
    /// <param name="size">Side of the images in pixels.</param>
    public bool IsNext(FileStream file, int size)
    {
        var bytes = new byte[3 * size * size];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var i = 0; i < Images.Length; i++)
        {
            if (file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            {
                return false;
            }

            hash.AppendData(bytes);
        }

        return hash.GetHashAndReset().AsSpan().SequenceEqual(Sum);
    }
}
