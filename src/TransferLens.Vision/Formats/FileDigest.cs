using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Storage;
using TransferLens.Vision.Decoding;

namespace TransferLens.Vision.Formats;

/// <summary>
/// SHA-256 of the names and contents of files and of the other facts that determine the images. Since reading all files
/// takes long, the result is stored in the user's cache folder, keyed by a listing of names, lengths, modification
/// times and, where the system has them, times of the last change, which nobody can set.
/// </summary>
/// <param name="Digest">The digest, in hexadecimal.</param>
/// <param name="Contents">The <see cref="ContentHash"/> of each file.</param>
internal sealed record FileDigest(string Digest, ImmutableArray<ulong> Contents)
{
    private const string Missing = "broken link";

    /// <summary>The digest of files below a folder.</summary>
    /// <param name="folder">The folder; its own path is not part of the digest.</param>
    /// <param name="files">Paths below it, in the order that counts.</param>
    /// <param name="facts">What else determines the images: classes, labels, options.</param>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public static FileDigest Compute(string folder, IReadOnlyCollection<string> files, IEnumerable<string> facts)
    {
        var others = JsonSerializer.Serialize(facts); // joined text would not keep all different facts apart
        var listing = FileListing.Create(folder, files, others);
        var stored = CacheFolder.Of("contents", Convert.ToHexStringLower(SHA256.HashData(listing.Text)));
        if (listing.IsTrusted && ReadStored(stored, files.Count) is { } known)
        {
            return known;
        }

        var digest = ReadAll(folder, files, others);
        if (listing.IsTrusted)
        {
            digest.Store(stored);
        }

        return digest;
    }

    private static FileDigest ReadAll(string folder, IReadOnlyCollection<string> files, string others)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(Encoding.UTF8.GetBytes(others + "\n"));
        var contents = ImmutableArray.CreateBuilder<ulong>(files.Count);
        try
        {
            foreach (var name in files)
            {
                var hash = HashFile(Path.Combine(folder, name));
                contents.Add(ContentHash.FromHash(hash));
                digest.AppendData(Encoding.UTF8.GetBytes($"{name}\n{Convert.ToHexStringLower(hash)}\n"));
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw FileListing.Unreadable(folder, failure);
        }

        return new(Convert.ToHexStringLower(digest.GetHashAndReset()), contents.MoveToImmutable());
    }

    // The digest, and the contents in base 64.
    private static FileDigest? ReadStored(string path, int files)
    {
        try
        {
            if (!File.Exists(path) || File.ReadAllLines(path) is not [{ Length: 64 } digest, var text])
            {
                return null;
            }

            var bytes = Convert.FromBase64String(text);
            return bytes.Length == files * sizeof(ulong) ? new(digest, Contained(bytes)) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    private static ImmutableArray<ulong> Contained(byte[] bytes) =>
        [
            .. Enumerable
                .Range(0, bytes.Length / sizeof(ulong))
                .Select(i => BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(i * sizeof(ulong)))),
        ];

    // Without it, the files are read again the next time, which is no reason to fail.
    private void Store(string path)
    {
        var bytes = new byte[Contents.Length * sizeof(ulong)];
        for (var i = 0; i < Contents.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(i * sizeof(ulong)), Contents[i]);
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            DurableFile.Write(path, $"{Digest}\n{Convert.ToBase64String(bytes)}\n");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }

    private static byte[] HashFile(string path)
    {
        if (BrokenLink.Is(path))
        {
            return SHA256.HashData(Encoding.UTF8.GetBytes($"{Missing} {new FileInfo(path).LinkTarget}"));
        }

        // A file without length may be a pipe or a device, so it is not opened; decoding it reports the error.
        if (InputFile.Length(path) == 0)
        {
            return SHA256.HashData([]);
        }

        using var file = InputFile.Open(path);
        return SHA256.HashData(file);
    }
}
