using System.Collections.Immutable;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Formats;

/// <summary>A line of a list of CheXpert.</summary>
/// <param name="Number">Its number in the file, from 1.</param>
/// <param name="Path">Path of the image below the data set's folder.</param>
/// <param name="View">What the column <c>Frontal/Lateral</c> says; null without that column.</param>
/// <param name="Findings">1 present, 0 absent or not mentioned, -1 uncertain, for each of <see cref="CheXpertList.Targets"/>.</param>
internal sealed record CheXpertLine(int Number, string Path, string? View, ImmutableArray<int> Findings);

/// <summary>
/// CheXpert's own lists, <c>train.csv</c> and <c>valid.csv</c>: an image a line, with 14 findings that are blank, 0, 1 or -1.
/// Columns are found by their names; more than are needed may be there. Source: Irvin et al. 2019.
/// </summary>
internal static class CheXpertList
{
    /// <summary>The five findings that are predicted, in the order of the paper's released code.</summary>
    public static ImmutableArray<string> Targets { get; } =
    ["Cardiomegaly", "Edema", "Consolidation", "Atelectasis", "Pleural Effusion"];

    // What paths begin with in the official lists: the data set's folder, which is not always called so where it was unpacked.
    private const string Root = "CheXpert-v1.0";

    /// <summary>Reads a list, in its order.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">A column is missing, a line is cut off, a finding is none of those, or there is no line.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ImmutableArray<CheXpertLine> Read(string path)
    {
        InputFile.Check(path, InputFile.MostBytes);
        var lines = CsvLines.Of(File.ReadAllText(path), path).ToList();
        if (lines.Count < 2)
        {
            throw new InputException(
                $"The list '{path}' names no image; give CheXpert's own list, a header and one line for each image."
            );
        }

        var header = lines[0].Fields.ConvertAll(title => title.Trim());
        var (image, view) = (Column("Path"), header.IndexOf("Frontal/Lateral"));
        var findings = Targets.Select(Column).ToArray();
        return
        [
            .. lines
                .Skip(1)
                .Select(line => new CheXpertLine(
                    line.Number,
                    Below(
                        Field(line, image) is { Length: > 0 } text
                            ? text
                            : throw new InputException(
                                $"Line {line.Number} of '{path}' has no Path; fill it in or take the line out."
                            )
                    ),
                    view < 0 ? null : Field(line, view),
                    [.. findings.Select(column => Finding(line, column))]
                )),
        ];

        int Column(string name) =>
            header.IndexOf(name) is >= 0 and var found
                ? found
                : throw new InputException(
                    $"The header of '{path}' has no column '{name}' but {string.Join(", ", header)}; give CheXpert's own list, with the columns Path, {string.Join(", ", Targets)}."
                );

        string Field((int Number, List<string> Fields) line, int column) =>
            column < line.Fields.Count
                ? line.Fields[column].Trim()
                : throw new InputException(
                    $"Line {line.Number} of '{path}' ends before the column '{header[column]}'; complete it or take it out."
                );

        int Finding((int Number, List<string> Fields) line, int column) =>
            Field(line, column) switch
            {
                "" or "0" or "0.0" => 0,
                "1" or "1.0" => 1,
                "-1" or "-1.0" => -1,
                var other => throw new InputException(
                    $"Line {line.Number} of '{path}' has '{other}' for {header[column]}; write 1 for present, 0 for absent, -1 for uncertain, or nothing."
                ),
            };
    }

    private static string Below(string path) =>
        path.StartsWith(Root, StringComparison.Ordinal)
        && path.IndexOf('/', StringComparison.Ordinal) is > 0 and var end
            ? path[(end + 1)..]
            : path;
}
