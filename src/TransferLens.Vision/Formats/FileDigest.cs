using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Storage;

namespace TransferLens.Vision.Formats;

/// <summary>
/// SHA-256 of the names and contents of files and of what else decides the images. Since reading them all takes long,
/// the digest is remembered in the user's cache folder under a listing of names, lengths and times of change.
/// </summary>
internal static class FileDigest
{
    /// <summary>The digest of files below a folder.</summary>
    /// <param name="folder">The folder; its own path decides nothing.</param>
    /// <param name="files">Paths below it, in the order that counts.</param>
    /// <param name="facts">What else decides the images: classes, labels, options.</param>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public static string Of(string folder, IReadOnlyCollection<string> files, IEnumerable<string> facts)
    {
        try
        {
            var others = JsonSerializer.Serialize(facts); // unlike joined text, it keeps apart what differs
            var listing = new StringBuilder(folder).Append('\n');
            foreach (var name in files)
            {
                var file = InputFile.Target(Path.Combine(folder, name)); // a link does not change when its target does
                listing
                    .Append(name)
                    .Append('\t')
                    .Append(file.Length)
                    .Append('\t')
                    .Append(file.LastWriteTimeUtc.Ticks)
                    .Append('\n');
            }

            var memo = CacheFolder.Of("digests", Hash(Encoding.UTF8.GetBytes(listing.Append(others).ToString())));
            if (File.Exists(memo) && File.ReadAllText(memo) is { Length: 64 } known)
            {
                return known;
            }

            using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            digest.AppendData(Encoding.UTF8.GetBytes(others + "\n"));
            foreach (var name in files)
            {
                digest.AppendData(Encoding.UTF8.GetBytes($"{name}\n{HashFile(Path.Combine(folder, name))}\n"));
            }

            var made = Convert.ToHexStringLower(digest.GetHashAndReset());
            Remember(memo, made);
            return made;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The images below '{folder}' cannot be read: {failure.Message}", failure);
        }
    }

    private static void Remember(string memo, string digest)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(memo)!);
        var draft = $"{memo}.{Guid.NewGuid():n}";
        File.WriteAllText(draft, digest);
        File.Move(draft, memo, overwrite: true);
    }

    private static string HashFile(string path)
    {
        // What has no length is not opened: it may be a pipe or a device. Whoever decodes it says so.
        if (InputFile.Length(path) == 0)
        {
            return Hash([]);
        }

        using var file = InputFile.Open(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
