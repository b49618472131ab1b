using System.Collections.Immutable;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Formats;

/// <summary>A line of a <see cref="CheXpertList"/>.</summary>
/// <param name="Number">Its number in the file, from 1.</param>
/// <param name="Path">Path of the image below the data set's folder.</param>
/// <param name="View">Content of the column <c>Frontal/Lateral</c>; null without that column.</param>
/// <param name="Findings">
/// 1 for present, 0 for absent or not mentioned, -1 for uncertain, for each of <see cref="CheXpertList.Targets"/>.
/// </param>
internal sealed record CheXpertLine(int Number, string Path, string? View, ImmutableArray<int> Findings);

/// <summary>
/// CheXpert's own lists, <c>train.csv</c> and <c>valid.csv</c>: one image per line, with 14 findings that are blank, 0,
/// 1 or -1. Columns are found by name; other columns are ignored. Source: Irvin et al. 2019.
/// </summary>
internal sealed class CheXpertList
{
    // The data set's folder, with which paths start in the official lists; users may have renamed it.
    private const string FolderPrefix = "CheXpert-v1.0";

    private readonly string path;
    private readonly List<string> header;

    private CheXpertList(string path, CsvLine header) =>
        (this.path, this.header) = (path, header.Fields.ConvertAll(title => title.Trim()));

    /// <summary>The five findings that are predicted, in the order of the paper's released code.</summary>
    public static ImmutableArray<string> Targets { get; } =
    ["Cardiomegaly", "Edema", "Consolidation", "Atelectasis", "Pleural Effusion"];

    /// <summary>Reads the lines of a list, in its order.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">
    /// A column is missing, a line is cut off, a finding has another value, or there are no lines.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ImmutableArray<CheXpertLine> Read(string path)
    {
        var lines = CsvLine.Parse(DataFile.ReadText(path), path).ToList();
        return lines.Count >= 2
            ? new CheXpertList(path, lines[0]).Parse(lines.Skip(1))
            : throw new InputException(
                $"The list '{path}' contains no image; give CheXpert's own list, a header and one line per image."
            );
    }

    private ImmutableArray<CheXpertLine> Parse(IEnumerable<CsvLine> lines)
    {
        var (image, view) = (Column("Path"), header.IndexOf("Frontal/Lateral"));
        var findings = Targets.Select(Column).ToArray();
        return
        [
            .. lines.Select(line => new CheXpertLine(
                line.Number,
                ImagePath(line, image),
                view < 0 ? null : Field(line, view),
                [.. findings.Select(column => Finding(line, column))]
            )),
        ];
    }

    private int Column(string name) =>
        header.IndexOf(name) is >= 0 and var found
            ? found
            : throw new InputException(
                $"The header of '{path}' has no column '{name}' but {string.Join(", ", header)}; "
                    + $"give CheXpert's own list, with the columns Path, {string.Join(", ", Targets)}."
            );

    private string Field(CsvLine line, int column) =>
        column < line.Fields.Count
            ? line.Fields[column].Trim()
            : throw new InputException(
                $"Line {line.Number} of '{path}' ends before the column '{header[column]}'; complete or remove it."
            );

    private int Finding(CsvLine line, int column) =>
        Field(line, column) switch
        {
            "" or "0" or "0.0" => 0,
            "1" or "1.0" => 1,
            "-1" or "-1.0" => -1,
            var other => throw new InputException(
                $"Line {line.Number} of '{path}' has '{other}' for {header[column]}; "
                    + "write 1 for present, 0 for absent, -1 for uncertain, or nothing."
            ),
        };

    private string ImagePath(CsvLine line, int column)
    {
        var text = Field(line, column);
        if (text.Length == 0)
        {
            throw new InputException($"Line {line.Number} of '{path}' has no Path; fill it in or remove the line.");
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && text.StartsWith(FolderPrefix, StringComparison.Ordinal) ? text[(slash + 1)..] : text;
    }
}
