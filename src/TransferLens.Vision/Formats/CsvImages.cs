using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>
/// Images listed in a CSV file whose header names the columns <c>path</c> and <c>label</c>, in the file's order. Where the option
/// <c>labels</c> names columns, with semicolons between (<c>cat;dog</c>), each of them is a label that an image has (1) or has not
/// (0), and there may be several or none; a column <c>label</c> is not read then. Paths are relative to the option <c>root</c>, else
/// to the CSV file's folder; they are the user's own, so they may lead anywhere.
/// </summary>
internal sealed class CsvImages : IImageSource
{
    private readonly string root;

    /// <summary>Reads the list and looks whether every image is there; decodes nothing.</summary>
    /// <exception cref="InputException">The list cannot be read, or an image is missing; the line is named.</exception>
    public CsvImages(DataSource source)
    {
        source.Allow("root", "labels");
        var csv = source.Location;
        root = Path.Combine(Path.GetDirectoryName(csv)!, source.Options.GetValueOrDefault("root", ""));
        ImmutableArray<string> asked =
        [
            .. source
                .Options.GetValueOrDefault("labels", "")
                .Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        ];
        var columns = $"path and {(asked.IsEmpty ? "label" : string.Join(", ", asked))}";
        if (!File.Exists(csv))
        {
            throw new InputException($"The CSV file '{csv}' does not exist; give a file with the columns {columns}.");
        }

        var lines = CsvLines.Of(source.Reading(() => Text(csv)), csv).ToList();
        if (lines.Count < 2)
        {
            throw new InputException(
                $"The CSV file '{csv}' lists no image; give a header with {columns}, and one line for each image."
            );
        }

        if (asked.Distinct().Count() < asked.Length)
        {
            throw new InputException(
                $"The labels {string.Join(", ", asked)} for '{csv}' name a column twice; name each once."
            );
        }

        var path = Column("path");
        var images = lines.Skip(1).Select(line => (Path: Field(line, path), line.Number)).ToList();
        Names = [.. images.Select(image => image.Path)];
        (Classes, Labels) = asked.IsEmpty ? One(Column("label")) : (asked, Any([.. asked.Select(Column)]));
        if (images.Find(image => !File.Exists(Path.Combine(root, image.Path))) is { Path: not null } missing)
        {
            throw new InputException(
                $"The image '{Path.Combine(root, missing.Path)}' of line {missing.Number} of '{csv}' does not exist; put it there or take the line out."
            );
        }

        (ImmutableArray<string>, ImageLabels) One(int column)
        {
            var labels = lines.Skip(1).Select(line => Field(line, column)).ToList();
            var classes = InOrder([.. labels.Distinct()]);
            var known = classes.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i);
            return (classes, ImageLabels.One([.. labels.Select(label => known[label])]));
        }

        ImageLabels Any(ImmutableArray<int> of) =>
            ImageLabels.Any(
                of.Length,
                [
                    .. lines
                        .Skip(1)
                        .SelectMany(line =>
                            of.Select(column =>
                                Field(line, column).Trim() switch
                                {
                                    "1" or "1.0" => true,
                                    "0" or "0.0" => false,
                                    var other => throw new InputException(
                                        $"Line {line.Number} of '{csv}' has '{other}' in the column {lines[0].Fields[column].Trim()}, but a label is 1 where the image has it and 0 where it has not."
                                    ),
                                }
                            )
                        ),
                ]
            );

        int Column(string name) =>
            lines[0].Fields.FindIndex(title => title.Trim() == name) is >= 0 and var found
                ? found
                : throw new InputException(
                    $"The header of '{csv}' has no column '{name}' but {string.Join(", ", lines[0].Fields)}; name the columns {columns}."
                );

        string Field((int Number, List<string> Fields) line, int column) =>
            line.Fields.Count > column && line.Fields[column].Length > 0
                ? line.Fields[column]
                : throw new InputException(
                    $"Line {line.Number} of '{csv}' has no {lines[0].Fields[column].Trim()}; fill it in or take the line out."
                );
    }

    public ImmutableArray<string> Classes { get; }

    public ImageLabels Labels { get; }

    public ImmutableArray<string> Names { get; }

    public string Digest =>
        field ??= FileDigest.Of(
            root,
            Names,
            [
                Labels.IsMultiLabel ? "csv labels" : "csv",
                .. Classes,
                .. Enumerable.Range(0, Labels.Count).Select(image => string.Join(';', Labels.Of(image))),
            ]
        );

    public DecodedImage Read(int index) => ImageFile.Decode(Path.Combine(root, Names[index]));

    private static string Text(string csv)
    {
        InputFile.Check(csv, InputFile.MostBytes);
        return File.ReadAllText(csv);
    }

    private static ImmutableArray<string> InOrder(List<string> labels) =>
        labels.TrueForAll(label => long.TryParse(label, out _))
            ? [.. labels.OrderBy(long.Parse).ThenBy(label => label, StringComparer.Ordinal)]
            : [.. labels.Order(StringComparer.Ordinal)];
}
