using System.Security.Cryptography;
using System.Text;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Onnx.Files;
using TransferLens.Vision.Pickles;

namespace TransferLens.Vision.Weights;

/// <summary>What all readers of weights files share.</summary>
internal static class WeightsFile
{
    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="InputException">It cannot be opened, is empty, or is not a regular file.</exception>
    public static FileStream Open(string path)
    {
        try
        {
            return InputFile.Open(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The weights file '{path}' cannot be read: {Sentence.Cause(failure)}.", failure);
        }
    }

    /// <summary>Opens the weights at a path, whatever format the content has.</summary>
    /// <param name="path">A file, an index of several files, or a folder that contains one of them.</param>
    /// <exception cref="InputException">It is missing, damaged, unsafe, or no weights; the message says
    /// which.</exception>
    public static TensorFile OpenTensors(string path)
    {
        if (AdapterFolder.Find(path) is not { } adapter)
        {
            return AdapterFile.MergeOwn(OpenPlain(path));
        }

        var adapted = OpenPlain(adapter.Base);
        try
        {
            return AdapterFile.Merge(adapted, OpenOne(adapter.File), adapter.Settings);
        }
        catch
        {
            adapted.Dispose();
            throw;
        }
    }

    private static TensorFile OpenPlain(string path)
    {
        var found = WeightsFolder.FileOf(path);
        return found.EndsWith(WeightsFolder.Index, StringComparison.Ordinal)
            ? ShardedFile.Open(found, OpenOne)
            : OpenOne(found);
    }

    /// <summary>
    /// SHA-256 of the weights at a path, in hexadecimal: of the file, or of the digests of several files: an index and
    /// its parts, or base weights and an adapter.
    /// </summary>
    /// <exception cref="InputException">A file is missing.</exception>
    public static string Digest(string path) =>
        AdapterFolder.Find(path) is { } adapter
            ? Joined([DigestPlain(adapter.Base), DigestOne(adapter.File), DigestOne(adapter.Settings.Path)])
            : DigestPlain(path);

    private static string DigestPlain(string path)
    {
        var found = WeightsFolder.FileOf(path);
        if (!found.EndsWith(WeightsFolder.Index, StringComparison.Ordinal))
        {
            return DigestOne(found);
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(found))!;
        var parts = ShardedFile
            .FilesOf(found)
            .Select(name => DigestOne(Path.Combine(folder, name)))
            .Prepend(DigestOne(found));
        return Joined(parts);
    }

    private static string Joined(IEnumerable<string> digests) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Join(' ', digests))));

    private static string DigestOne(string path)
    {
        if (OnnxParts.IsNamed(path))
        {
            return OnnxParts.Digest(path);
        }

        using var file = Open(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private static TensorFile OpenOne(string path)
    {
        // Nothing in the content tells an ONNX file.
        if (OnnxParts.IsNamed(path))
        {
            return OnnxWeights.Open(path);
        }

        var file = Open(path);
        try
        {
            var start = new byte[ForeignFile.Start];
            start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
            file.Position = 0;
            // The header of a safetensors file starts with a brace, at the ninth byte of the file.
            var isZip = start.AsSpan().StartsWith("PK"u8);
            if (!isZip && start.Length > 8 && start[8] == (byte)'{')
            {
                return SafetensorsFile.Open(path, file);
            }

            ForeignFile.Refuse(path, start, ForeignWeights.All);
            return isZip ? ZipFile.Open(path, file) : PyTorchPlain.Open(path, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Text from a file for a message: at most 100 characters, without control characters.</summary>
    public static string Printable(string text) => PrintableText.Create(text);

    /// <summary>
    /// Number of elements of a shape. Null if it has more than 64 dimensions, if a length is negative, or if the
    /// product of the positive lengths exceeds 2^40.
    /// </summary>
    public static long? CountElements(ReadOnlySpan<long> shape)
    {
        var (product, empty) = (1L, false);
        foreach (var length in shape)
        {
            if (length < 0 || (length > 0 && product > (1L << 40) / length))
            {
                return null;
            }

            product *= Math.Max(length, 1);
            empty |= length == 0;
        }

        if (shape.Length > 64)
        {
            return null;
        }

        return empty ? 0 : product;
    }
}
