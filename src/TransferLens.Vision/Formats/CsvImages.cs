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
/// option <c>root</c>, by default to the CSV file's folder. They are the user's own, so they may lead anywhere. Blanks
/// around a value do not count. An image that is listed again counts again.
/// </summary>
internal sealed class CsvImages : IImageSource
{
    private const string LabelColumn = "label";
    private const string PathColumn = "path";

    private readonly string root;
    private readonly CsvTable table;

    /// <summary>Reads the list and checks that every image exists; decodes nothing.</summary>
    /// <exception cref="InputException">
    /// The list cannot be read, an image is missing or has two labels, or a label is missing; the line is named.
    /// </exception>
    public CsvImages(DataSource source)
    {
        var csv = source.Location;
        root = Path.Combine(Path.GetDirectoryName(csv)!, source.Value(CsvFormat.Root) ?? "");
        ImmutableArray<string> labels = [.. source.Value(CsvFormat.Labels)];
        table = Read(source, [PathColumn, .. labels.IsEmpty ? [LabelColumn] : labels]);
        if (labels.Distinct().Count() < labels.Length)
        {
            throw new InputException(
                $"The labels {string.Join(", ", labels)} for '{csv}' name a column twice; name each column once."
            );
        }

        var path = table.Column(PathColumn);
        var listed = table.Lines.Select(line => new ListedImage(line.Number, Trimmed(table.Field(line, path))));
        var images = new ListedImages(csv, root, [.. listed]);
        (Classes, var read) = labels.IsEmpty ? SingleLabels() : (labels, MultiLabels([.. labels.Select(table.Column)]));
        var repeated = images.CountRepeated(Texts(read), mayDiffer: read.IsMultiLabel);
        var existing = images.Existing(source, "add them, remove their lines, or skip bad images");
        Names = [.. existing.Select(image => images[image].Path)];
        Labels = read.At(existing);
        LeftOut = images.LeftOut(existing);
        Remarks = [.. new[] { table.Remark, images.Remark(repeated) }.OfType<string>()];
    }

    public ImmutableArray<string> Classes { get; }

    public ImageLabels Labels { get; }

    public ImmutableArray<string> Names { get; }

    public ImmutableArray<LeftOutFiles> LeftOut { get; }

    public ImmutableArray<string> Remarks { get; }

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

    private static CsvTable Read(DataSource source, ImmutableArray<string> columns) =>
        File.Exists(source.Location)
            ? source.Reading(() => CsvTable.Read(source.Location, columns))
            : throw new InputException(
                $"The CSV file '{source.Location}' does not exist; give a file with the columns "
                    + $"{string.Join(", ", columns)}."
            );

    // The name of a file may begin or end with a blank.
    private string Trimmed(string path) => File.Exists(Path.Combine(root, path)) ? path : path.Trim();

    private IReadOnlyList<string> Texts(ImageLabels read) =>
        read.IsMultiLabel
            ? [.. Enumerable.Range(0, read.Count).Select(read.Marks)]
            : [.. read.Single.Select(label => $"'{Classes[label]}'")];

    private (ImmutableArray<string> Classes, ImageLabels Labels) SingleLabels()
    {
        var column = table.Column(LabelColumn);
        return WrittenLabels.Read(table.Lines.Select(line => table.Field(line, column)), image =>
            table.Place(table.Lines[image])
        );
    }

    private ImageLabels MultiLabels(ImmutableArray<int> labelColumns)
    {
        var present = table.Lines.SelectMany(line => labelColumns.Select(column => IsPresent(line, column)));
        return ImageLabels.MultiLabel(labelColumns.Length, [.. present]);
    }

    private bool IsPresent(CsvLine line, int column) =>
        table.Field(line, column).Trim() switch
        {
            "1" or "1.0" => true,
            "0" or "0.0" => false,
            var other => throw new InputException(
                $"{table.Place(line)} has '{other}' in the column {table.Title(column)}; "
                    + "write 1 where the image has the label and 0 where it does not."
            ),
        };
}
