using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Formats;

/// <summary>A line of a <see cref="DomainNetList"/>.</summary>
/// <param name="Number">Its number in the file, from 1.</param>
/// <param name="Path">Path of the image, relative to the list's folder.</param>
/// <param name="Label">Its label in the list.</param>
internal sealed record DomainNetLine(int Number, string Path, int Label);

/// <summary>A list of images like DomainNet's, with lines <c>path label</c>.</summary>
/// <param name="Lines">The lines in the file's order, without blank ones.</param>
/// <param name="Labels">The labels that occur, ascending.</param>
/// <param name="Classes">
/// The name of each of <paramref name="Labels"/>: the folder of its images where each label has one folder and no two
/// share one; else the label itself.
/// </param>
internal sealed record DomainNetList(
    ImmutableArray<DomainNetLine> Lines,
    ImmutableArray<int> Labels,
    ImmutableArray<string> Classes
)
{
    /// <summary>
    /// Reads a list. The label follows the last space, since a path may contain spaces; lines end in LF or CRLF.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">A line has no path or no label, or there are no lines.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static DomainNetList Read(string path)
    {
        ImmutableArray<DomainNetLine> lines =
        [
            .. ReadTexts(path)
                .Select((text, i) => (Text: text.Trim(), Number: i + 1))
                .Where(line => line.Text.Length > 0)
                .Select(line => Parse(line.Text, line.Number, path)),
        ];
        if (lines.IsEmpty)
        {
            throw new InputException(
                $"The list '{path}' contains no image; write lines of a path, a space and a label."
            );
        }

        var labels = lines.GroupBy(line => line.Label).OrderBy(group => group.Key).ToList();
        var folders = labels.ConvertAll(group => group.Select(Folder).Distinct().ToList());
        var isNamed =
            folders.TrueForAll(names => names is [{ Length: > 0 }])
            && folders.DistinctBy(names => names[0]).Count() == folders.Count;
        return new(
            lines,
            [.. labels.Select(group => group.Key)],
            isNamed
                ? [.. folders.Select(names => names[0])]
                : [.. labels.Select(group => group.Key.ToString(CultureInfo.InvariantCulture))]
        );
    }

    private static string[] ReadTexts(string path)
    {
        DataFile.Check(path, InputFile.MostBytes);
        return [.. InputText.ReadLines(path)];
    }

    private static string Folder(DomainNetLine line) =>
        System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(line.Path)) ?? "";

    private static DomainNetLine Parse(string text, int number, string path)
    {
        var space = text.LastIndexOfAny([' ', '\t']);
        return
            space > 0
            && int.TryParse(text.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var label)
            ? new(number, text[..space].TrimEnd(), label)
            : throw new InputException(
                $"Line {number} of '{path}' is not a path, a space and a label (an integer from 0); "
                    + "correct or remove it."
            );
    }
}
