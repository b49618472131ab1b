using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace TransferLens.Data;

/// <summary>
/// SHA-256 of the names, classes and contents of files. Since reading them all takes long, the digest is remembered in the
/// user's cache folder under a listing of names, lengths and times of change.
/// </summary>
internal static class FileDigest
{
    /// <summary>The digest of files below a folder.</summary>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public static string Of(string folder, ImmutableArray<string> names, ImmutableArray<string> classes)
    {
        try
        {
            var listing = new StringBuilder(folder).Append('\n');
            foreach (var name in names)
            {
                var file = new FileInfo(Path.Combine(folder, name));
                listing.Append(name).Append('\t').Append(file.Length).Append('\t').Append(file.LastWriteTimeUtc.Ticks).Append('\n');
            }

            var memo = CacheFolder.Of("digests", Hash(Encoding.UTF8.GetBytes(listing.AppendJoin('\n', classes).ToString())));
            if (File.Exists(memo) && File.ReadAllText(memo) is { Length: 64 } known)
            {
                return known;
            }

            using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            digest.AppendData(Encoding.UTF8.GetBytes(string.Join('\n', classes) + "\n"));
            foreach (var name in names)
            {
                digest.AppendData(Encoding.UTF8.GetBytes($"{name}\n{Hash(File.ReadAllBytes(Path.Combine(folder, name)))}\n"));
            }

            var made = Convert.ToHexStringLower(digest.GetHashAndReset());
            Remember(memo, made);
            return made;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The pictures below '{folder}' cannot be read: {failure.Message}", failure);
        }
    }

    private static void Remember(string memo, string digest)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(memo)!);
        var draft = $"{memo}.{Guid.NewGuid():n}";
        File.WriteAllText(draft, digest);
        File.Move(draft, memo, overwrite: true);
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
