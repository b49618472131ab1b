using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Vision.Formats;

/// <summary>Finds the files of one part of a data set in a folder, by the first word of their names.</summary>
internal static class SplitFiles
{
    private static readonly string[] Training = ["train", "training"];
    private static readonly string[] Testing = ["test", "testing"];
    private static readonly string[] Validating = ["validation", "valid", "val"];

    /// <summary>
    /// The location where it is a file; else the files with an ending at any depth below the folder whose name begins
    /// with the name of the part. Where no file's name begins with any part, all files.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="ending">The ending, in lower case, with its dot.</param>
    /// <returns>Full paths, in ordinal order; at least one.</returns>
    /// <exception cref="InputException">There is none.</exception>
    public static IReadOnlyList<string> Find(DataSource source, string ending)
    {
        if (File.Exists(source.Location))
        {
            return [source.Location];
        }

        if (!Directory.Exists(source.Location))
        {
            throw new InputException(
                $"The file or folder '{source.Location}' does not exist; give a {ending} file or the folder of them."
            );
        }

        var all = Directory
            .GetFiles(source.Location, $"*{ending}", SearchOption.AllDirectories)
            .Where(path => !SystemFiles.Contain(Path.GetRelativePath(source.Location, path)))
            .Order(StringComparer.Ordinal)
            .ToList();
        if (all.Count == 0)
        {
            throw new InputException($"The folder '{source.Location}' contains no {ending} file; give another folder.");
        }

        if (!all.Exists(path => IsOf(path, [.. Training, .. Testing, .. Validating])))
        {
            return all;
        }

        var words = source.Part() switch
        {
            DataPart.Train => Training,
            DataPart.Test => Testing,
            _ => Validating,
        };
        var found = all.FindAll(path => IsOf(path, words));
        return found.Count > 0
            ? found
            : throw new InputException(
                $"The folder '{source.Location}' has no {ending} file whose name begins with "
                    + $"{string.Join(" or ", words)}; give the file itself."
            );
    }

    // The word ends where the letters end: test-00000-of-00001.parquet, but not testament.parquet.
    private static bool IsOf(string path, string[] words)
    {
        var name = Path.GetFileName(path).ToLowerInvariant();
        var word = string.Concat(name.TakeWhile(char.IsAsciiLetter));
        return words.Contains(word);
    }
}
