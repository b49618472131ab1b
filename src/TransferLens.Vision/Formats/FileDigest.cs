using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Storage;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>
/// SHA-256 of the names and contents of files and of the other facts that determine the images. Since reading all files
/// takes long, the digest is stored in the user's cache folder, keyed by a listing of names, lengths and modification
/// times.
/// </summary>
internal static class FileDigest
{
    /// <summary>The digest of files below a folder.</summary>
    /// <param name="folder">The folder; its own path is not part of the digest.</param>
    /// <param name="files">Paths below it, in the order that counts.</param>
    /// <param name="facts">What else determines the images: classes, labels, options.</param>
    /// <exception cref="InputException">A file cannot be read, or the cache folder cannot be written.</exception>
    public static string Compute(string folder, IReadOnlyCollection<string> files, IEnumerable<string> facts)
    {
        var others = JsonSerializer.Serialize(facts); // joined text would not keep all different facts apart
        var stored = CacheFolder.Of("digests", Hash(Encoding.UTF8.GetBytes(Listing(folder, files, others))));
        if (ReadStored(stored) is { } known)
        {
            return known;
        }

        var digest = ReadAll(folder, files, others);
        Store(stored, digest);
        return digest;
    }

    private static string Listing(string folder, IReadOnlyCollection<string> files, string others)
    {
        var listing = new StringBuilder(folder).Append('\n');
        try
        {
            foreach (var name in files)
            {
                var file = InputFile.Target(Path.Combine(folder, name)); // a link does not change when its target does
                listing.Append(name).Append('\t').Append(file.Length);
                listing.Append('\t').Append(file.LastWriteTimeUtc.Ticks).Append('\n');
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(folder, failure);
        }

        return listing.Append(others).ToString();
    }

    private static string ReadAll(string folder, IReadOnlyCollection<string> files, string others)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(Encoding.UTF8.GetBytes(others + "\n"));
        try
        {
            foreach (var name in files)
            {
                digest.AppendData(Encoding.UTF8.GetBytes($"{name}\n{HashFile(Path.Combine(folder, name))}\n"));
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(folder, failure);
        }

        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    private static string? ReadStored(string path)
    {
        try
        {
            return File.Exists(path) && File.ReadAllText(path) is { Length: 64 } digest ? digest : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Store(string path, string digest)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            DurableFile.Write(path, digest);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw CacheFailure.Create(failure);
        }
    }

    private static InputException Unreadable(string folder, Exception failure) =>
        new($"The images below '{folder}' cannot be read: {failure.Message}", failure);

    private static string HashFile(string path)
    {
        // A file without length may be a pipe or a device, so it is not opened; decoding it reports the error.
        if (InputFile.Length(path) == 0)
        {
            return Hash([]);
        }

        using var file = InputFile.Open(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
