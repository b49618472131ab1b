using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Formats;

/// <summary>A line of a list.</summary>
/// <param name="Number">Its number in the file, from 1.</param>
/// <param name="Path">Path of the image, relative to the list's folder.</param>
/// <param name="Label">Its label as the list gives it.</param>
internal sealed record DomainNetLine(int Number, string Path, int Label);

/// <summary>A list of images as DomainNet's: lines <c>path label</c>.</summary>
/// <param name="Lines">The lines in the file's order, without blank ones.</param>
/// <param name="Labels">The labels that occur, ascending.</param>
/// <param name="Classes">
/// The name of each of them: the folder of its images, where every label has one folder of its own, else its number.
/// </param>
internal sealed record DomainNetList(
    ImmutableArray<DomainNetLine> Lines,
    ImmutableArray<int> Labels,
    ImmutableArray<string> Classes
)
{
    /// <summary>Reads a list. The label is what stands behind the last space, since a path may hold spaces; lines end in LF or CRLF.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">A line has no path or no label, or there is no line.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static DomainNetList Read(string path)
    {
        ImmutableArray<DomainNetLine> lines =
        [
            .. Texts(path)
                .Select((text, i) => (Text: text.Trim(), Number: i + 1))
                .Where(line => line.Text.Length > 0)
                .Select(line => Line(line.Text, line.Number, path)),
        ];
        if (lines.IsEmpty)
        {
            throw new InputException($"The list '{path}' names no image; write lines of a path, a space and a label.");
        }

        var folders = lines
            .GroupBy(line => line.Label)
            .OrderBy(label => label.Key)
            .Select(label => (Label: label.Key, Folders: label.Select(Folder).Distinct().ToList()))
            .ToList();
        var named =
            folders.TrueForAll(label => label.Folders is [{ Length: > 0 }])
            && folders.DistinctBy(label => label.Folders[0]).Count() == folders.Count;
        return new(
            lines,
            [.. folders.Select(label => label.Label)],
            [.. folders.Select(label => named ? label.Folders[0] : label.Label.ToString(CultureInfo.InvariantCulture))]
        );
    }

    private static string[] Texts(string path)
    {
        InputFile.Check(path, InputFile.MostBytes);
        return File.ReadAllLines(path);
    }

    private static string Folder(DomainNetLine line) =>
        System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(line.Path)) ?? "";

    private static DomainNetLine Line(string text, int number, string path)
    {
        var space = text.LastIndexOfAny([' ', '\t']);
        return
            space > 0
            && int.TryParse(text.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var label)
            ? new(number, text[..space].TrimEnd(), label)
            : throw new InputException(
                $"Line {number} of '{path}' is not a path, a space and a label, a whole number from 0; correct it or take it out."
            );
    }
}
