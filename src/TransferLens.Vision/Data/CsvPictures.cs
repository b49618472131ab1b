using System.Collections.Immutable;
using TransferLens.Studies;

namespace TransferLens.Data;

/// <summary>
/// Pictures listed in a CSV file whose header names the columns <c>path</c> and <c>label</c>, in the file's order. Paths are
/// relative to the option <c>root</c>, else to the CSV file's folder; they are the user's own, so they may lead anywhere.
/// </summary>
internal sealed class CsvPictures : IPictureSource
{
    private readonly string root;

    /// <summary>Reads the list and looks whether every picture is there; decodes nothing.</summary>
    /// <exception cref="InputException">The list cannot be read, or a picture is missing; the line is named.</exception>
    public CsvPictures(DataSource source)
    {
        source.Allow("root");
        var csv = source.Location;
        root = Path.Combine(Path.GetDirectoryName(csv)!, source.Options.GetValueOrDefault("root", ""));
        if (!File.Exists(csv))
        {
            throw new InputException($"The CSV file '{csv}' does not exist; give a file with the columns path and label.");
        }

        var lines = CsvLines.Of(source.Reading(() => Text(csv)), csv).ToList();
        if (lines.Count < 2)
        {
            throw new InputException($"The CSV file '{csv}' lists no picture; give a header with path and label, and one line for each picture.");
        }

        var (path, label) = (Column("path"), Column("label"));
        var pictures = lines.Skip(1).Select(line => (Path: Field(line, path), Label: Field(line, label), line.Number)).ToList();
        Classes = InOrder([.. pictures.Select(picture => picture.Label).Distinct()]);
        if (pictures.Find(picture => !File.Exists(Path.Combine(root, picture.Path))) is { Path: not null } missing)
        {
            throw new InputException($"The picture '{Path.Combine(root, missing.Path)}' of line {missing.Number} of '{csv}' does not exist; put it there or take the line out.");
        }

        var known = Classes.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i);
        Names = [.. pictures.Select(picture => picture.Path)];
        Labels = PictureLabels.One([.. pictures.Select(picture => known[picture.Label])]);

        int Column(string name) => lines[0].Fields.FindIndex(title => title.Trim() == name) is >= 0 and var found
            ? found
            : throw new InputException($"The header of '{csv}' has no column '{name}' but {string.Join(", ", lines[0].Fields)}; name the columns path and label.");

        string Field((int Number, List<string> Fields) line, int column) => line.Fields.Count > column && line.Fields[column].Length > 0
            ? line.Fields[column]
            : throw new InputException($"Line {line.Number} of '{csv}' has no {lines[0].Fields[column].Trim()}; fill it in or take the line out.");
    }

    public ImmutableArray<string> Classes { get; }

    public PictureLabels Labels { get; }

    public ImmutableArray<string> Names { get; }

    public string Digest => field ??= FileDigest.Of(root, Names, ["csv", .. Classes, .. Labels.Single.Select(label => $"{label}")]);

    public DecodedPicture Read(int index) => PictureFile.Decode(Path.Combine(root, Names[index]));

    private static string Text(string csv)
    {
        InputFile.Check(csv, InputFile.MostBytes);
        return File.ReadAllText(csv);
    }

    private static ImmutableArray<string> InOrder(List<string> labels) => labels.TrueForAll(label => long.TryParse(label, out _))
        ? [.. labels.OrderBy(long.Parse).ThenBy(label => label, StringComparer.Ordinal)]
        : [.. labels.Order(StringComparer.Ordinal)];
}
