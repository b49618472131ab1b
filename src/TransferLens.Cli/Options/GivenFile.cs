using TransferLens.Studies.Inputs;
using TransferLens.Vision.Formats;

namespace TransferLens.Cli.Options;

/// <summary>A file given for <c>--data</c> without its format.</summary>
internal static class GivenFile
{
    private static readonly string[] Archives = [".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar"];

    /// <summary>Says what it is and how to give it.</summary>
    public static InputException Explain(string path)
    {
        var ending = Path.GetExtension(path).ToLowerInvariant();
        var formats = ImageFormats.All.Where(format => format.Endings.Contains(ending)).ToList();
        if (formats.Count > 0)
        {
            var ways = string.Join(" or ", formats.Select(format => $"{format.Name}:{path}"));
            return new($"'{path}' is a file and not a folder of class folders. Name its format: {ways}.");
        }

        return Archives.Contains(ending)
            ? new($"'{path}' is an archive. Unpack it and give the folder of its class folders.")
            : new(
                $"'{path}' is a file and not a folder of class folders. Give the folder, or FORMAT:PATH with the "
                    + "file's "
                    + "format."
            );
    }
}
