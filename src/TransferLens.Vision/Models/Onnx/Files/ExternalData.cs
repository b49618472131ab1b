using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Models.Onnx.Files;

/// <summary>Elements that a model keeps in other files of its folder.</summary>
/// <param name="folder">Full path of the folder.</param>
internal sealed class ExternalData(string folder)
{
    // A file may serve tied weights twice; a small file must not fill the memory.
    private const int MostReadings = 4;

    private static readonly char[] Separators = ['/', '\\'];

    private readonly Dictionary<string, long> readings = new(StringComparer.Ordinal);

    /// <summary>The file that a tensor names, relative to the folder; null for none.</summary>
    /// <param name="tensor">The tensor.</param>
    public static string? LocationOf(OnnxTensor tensor) => Entry(tensor, "location");

    /// <summary>Whether a location is below the folder of the model.</summary>
    /// <param name="location">The location.</param>
    public static bool IsInside(string location) =>
        !Path.IsPathRooted(location)
        && !location.Contains(':')
        && !location.Split(Separators).Any(part => part is "" or "." or "..");

    /// <summary>Reads the elements of a tensor.</summary>
    /// <param name="tensor">A tensor that names a file.</param>
    /// <param name="needed">The bytes that its shape needs.</param>
    /// <exception cref="WireFault">The file is not in the folder, or does not have the bytes.</exception>
    public ReadOnlyMemory<byte> Read(OnnxTensor tensor, long needed)
    {
        var location = LocationOf(tensor) ?? throw Fault(tensor, "names no file");
        var path = Resolve(tensor, location);
        try
        {
            using var file = InputFile.Open(path);
            var offset = Number(tensor, "offset") ?? 0;
            var length = Number(tensor, "length") ?? file.Length - offset;
            if (offset > file.Length || length > file.Length - offset || length != needed)
            {
                throw Fault(
                    tensor,
                    $"needs {needed} bytes and names {length} at {offset} of '{location}', which has {file.Length}"
                );
            }

            var before = readings.GetValueOrDefault(path);
            readings[path] = before + needed;
            if (before + needed > MostReadings * file.Length)
            {
                throw Fault(tensor, $"is in '{location}', which more tensors share than it has bytes for");
            }

            var bytes = new byte[needed];
            file.Position = offset;
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Fault(tensor, $"is in the file '{location}', which is not in the folder of the model");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Fault(tensor, $"is in the file '{location}', which cannot be read ({failure.Message.TrimEnd('.')})");
        }
    }

    // Only files below the folder: a model from elsewhere must not read what its user never meant to give.
    private string Resolve(OnnxTensor tensor, string location)
    {
        if (!IsInside(location))
        {
            throw Fault(tensor, $"is in '{location}', which is not a path in the folder of the model");
        }

        var path = folder;
        foreach (var part in location.Split(Separators))
        {
            path = Path.Combine(path, part);
            if (LinkOf(path) is { } target)
            {
                throw Fault(tensor, $"is in '{location}', which is a link to '{target}'; copy the file itself there");
            }
        }

        return path;
    }

    private static string? LinkOf(string path) => new FileInfo(path).LinkTarget ?? new DirectoryInfo(path).LinkTarget;

    private static string? Entry(OnnxTensor tensor, string key) =>
        tensor.External.FirstOrDefault(entry => entry.Key == key)?.Value;

    private static long? Number(OnnxTensor tensor, string key) =>
        Entry(tensor, key) is not { } text ? null
        : long.TryParse(text, out var number) && number >= 0 ? number
        : throw Fault(tensor, $"has the {key} '{text}', which is not a number of bytes");

    private static WireFault Fault(OnnxTensor tensor, string what) => new($"tensor '{tensor.Name}' {what}");
}
