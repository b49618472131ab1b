using System.Security.Cryptography;
using System.Text;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Storage;

namespace TransferLens.Vision.Models.Onnx.Files;

/// <summary>The files of a model: its own, and those in its folder in which it keeps tensors.</summary>
internal static class OnnxParts
{
    /// <summary>How names of ONNX files end.</summary>
    public const string Ending = ".onnx";

    /// <summary>Whether a path names an ONNX file.</summary>
    /// <param name="path">The path.</param>
    public static bool IsNamed(string path) => path.EndsWith(Ending, StringComparison.OrdinalIgnoreCase);

    /// <summary>SHA-256 of a model, in hexadecimal: of its file, or of the digests of all its files.</summary>
    /// <param name="path">The model's file.</param>
    /// <exception cref="InputException">A file is missing, or it is not an ONNX file.</exception>
    public static string Digest(string path)
    {
        var digests = Names(path).Select(name => DigestOne(In(path, name))).ToList();
        return digests is [var only]
            ? only
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Join(' ', digests))));
    }

    /// <summary>Copies a model with all its files to a new folder. The folder appears when the copy is whole.</summary>
    /// <param name="path">The model's file.</param>
    /// <param name="folder">The folder.</param>
    public static void Copy(string path, string folder)
    {
        var draft = $"{folder}.{UniqueName.Create()}.part";
        try
        {
            foreach (var name in Names(path))
            {
                var copy = Path.Combine(draft, name);
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(In(path, name), copy);
            }

            Directory.Move(draft, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // Another process was faster with the same content.
            Directory.Delete(draft, recursive: true);
        }
        catch
        {
            if (Directory.Exists(draft))
            {
                Directory.Delete(draft, recursive: true);
            }

            throw;
        }
    }

    // Names relative to the folder of the model. A name that leaves it is refused when the tensor is read.
    private static IEnumerable<string> Names(string path)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        ModelRewriting.MapTensors(OnnxFile.ReadUnchecked(path), tensor =>
        {
            if (ExternalData.LocationOf(tensor) is { } location && ExternalData.IsInside(location))
            {
                names.Add(location);
            }

            return tensor;
        });
        return names.Prepend(Path.GetFileName(path));
    }

    private static string In(string path, string name) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name);

    private static string DigestOne(string path)
    {
        try
        {
            using var file = InputFile.Open(path);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The ONNX file '{path}' cannot be read: {failure.Message}", failure);
        }
    }
}
