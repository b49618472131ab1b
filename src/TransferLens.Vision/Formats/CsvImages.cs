using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>The format <c>csv</c>.</summary>
internal sealed class CsvFormat : ImageFormat
{
    internal static readonly FolderOption Root = new(
        "root",
        "The folder that the paths in the list are relative to; the list's own folder by default."
    );

    internal static readonly TextListOption Labels = new(
        "labels",
        "Columns of 1 and 0, one per label, for multi-label images; by default the column label has the class."
    );

    public override string Name => "csv";

    public override string Summary => "A CSV file that lists the path and label of each image.";

    public override ImmutableArray<string> Endings => [".csv"];

    public override PathKind? Location => PathKind.File;

    public override ImmutableArray<DataOption> Options => [Root, Labels];

    public override IImageSource Open(DataSource source) => new CsvImages(source);
}

/// <summary>
/// Images listed in a CSV file whose header has the columns <c>path</c> and <c>label</c>, in the file's order. Where
/// the option <c>labels</c> names columns (<c>cat;dog</c>), the images are multi-label: each of these columns says
/// whether an image has that label (1) or not (0), and a column <c>label</c> is ignored. Paths are relative to the
/// option <c>root</c>, by default to the CSV file's folder. They are the user's own, so they may lead anywhere.
/// </summary>
internal sealed class CsvImages : IImageSource
{
    private readonly string csv;
    private readonly string root;
    private readonly string columns;
    private readonly List<CsvLine> lines;

    /// <summary>Reads the list and checks that every image exists; decodes nothing.</summary>
    /// <exception cref="InputException">The list cannot be read, or an image is missing; the line is named.</exception>
    public CsvImages(DataSource source)
    {
        csv = source.Location;
        root = Path.Combine(Path.GetDirectoryName(csv)!, source.Value(CsvFormat.Root) ?? "");
        ImmutableArray<string> labels = [.. source.Value(CsvFormat.Labels)];
        columns = $"path and {(labels.IsEmpty ? "label" : string.Join(", ", labels))}";
        lines = Read(source);
        if (labels.Distinct().Count() < labels.Length)
        {
            throw new InputException(
                $"The labels {string.Join(", ", labels)} for '{csv}' name a column twice; name each column once."
            );
        }

        var path = Column("path");
        Names = [.. lines.Skip(1).Select(line => Field(line, path))];
        (Classes, Labels) = labels.IsEmpty
            ? SingleLabels(Column("label"))
            : (labels, MultiLabels([.. labels.Select(Column)]));
        CheckImages();
    }

    public ImmutableArray<string> Classes { get; }

    public ImageLabels Labels { get; }

    public ImmutableArray<string> Names { get; }

    public string Digest => Files.Digest;

    public ImmutableArray<ulong> Contents => Files.Contents;

    private FileDigest Files =>
        field ??= FileDigest.Compute(
            root,
            Names,
            [
                Labels.IsMultiLabel ? "csv labels" : "csv",
                .. Classes,
                .. Enumerable.Range(0, Labels.Count).Select(image => string.Join(';', Labels.ClassesOf(image))),
            ]
        );

    public DecodedImage Read(int index) => ImageFile.Decode(Path.Combine(root, Names[index]));

    private List<CsvLine> Read(DataSource source)
    {
        if (!File.Exists(csv))
        {
            throw new InputException($"The CSV file '{csv}' does not exist; give a file with the columns {columns}.");
        }

        var found = CsvLine.Parse(source.Reading(Text), csv).ToList();
        return found.Count >= 2
            ? found
            : throw new InputException(
                $"The CSV file '{csv}' lists no image; write a header with {columns}, and one line per image."
            );
    }

    private string Text()
    {
        InputFile.Check(csv, InputFile.MostBytes);
        return File.ReadAllText(csv);
    }

    private int Column(string name)
    {
        var header = lines[0].Fields;
        return header.FindIndex(title => title.Trim() == name) is >= 0 and var found
            ? found
            : throw new InputException(
                $"The header of '{csv}' has no column '{name}' but {string.Join(", ", header)}; "
                    + $"name the columns {columns}."
            );
    }

    private string Title(int column) => lines[0].Fields[column].Trim();

    private string Field(CsvLine line, int column) =>
        line.Fields.Count > column && line.Fields[column].Length > 0
            ? line.Fields[column]
            : throw new InputException(
                $"Line {line.Number} of '{csv}' has no {Title(column)}; fill it in or remove the line."
            );

    private (ImmutableArray<string> Classes, ImageLabels Labels) SingleLabels(int column)
    {
        var labels = ClassOrder.FromLabels([.. lines.Skip(1).Select(line => Field(line, column))]);
        var classes = ClassOrder.Sort(labels);
        var indices = classes.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i);
        return (classes, ImageLabels.SingleLabel([.. labels.Select(label => indices[label])]));
    }

    private ImageLabels MultiLabels(ImmutableArray<int> labelColumns)
    {
        var present = lines.Skip(1).SelectMany(line => labelColumns.Select(column => IsPresent(line, column)));
        return ImageLabels.MultiLabel(labelColumns.Length, [.. present]);
    }

    private bool IsPresent(CsvLine line, int column) =>
        Field(line, column).Trim() switch
        {
            "1" or "1.0" => true,
            "0" or "0.0" => false,
            var other => throw new InputException(
                $"Line {line.Number} of '{csv}' has '{other}' in the column {Title(column)}; "
                    + "write 1 where the image has the label and 0 where it does not."
            ),
        };

    private void CheckImages()
    {
        for (var i = 0; i < Names.Length; i++)
        {
            var path = Path.Combine(root, Names[i]);
            if (!File.Exists(path) && !BrokenLink.Is(path))
            {
                throw new InputException(
                    $"The image '{path}' of line {lines[i + 1].Number} of '{csv}' does not exist; "
                        + "add it or remove the line."
                );
            }
        }
    }
}
