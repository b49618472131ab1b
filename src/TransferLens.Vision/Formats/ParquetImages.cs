using System.Collections.Immutable;
using System.Globalization;
using Parquet;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>
/// Images in Parquet files as Hugging Face's library <c>datasets</c> writes them: a column of image files, either bytes
/// or a structure with the part <c>bytes</c>, and a column of labels, whose names are in the metadata where the feature
/// is a <c>ClassLabel</c>. Files are read in ordinal order of their paths, rows in their order. Source:
/// https://huggingface.co/docs/datasets/image_dataset.
/// </summary>
internal sealed class ParquetImages : IImageSource
{
    private const string Unlabelled = "-1";

    // The rows of one group of one file, in the order of the images.
    private sealed record Group(string Path, int Index, int First, int Count);

    private readonly DataSource source;
    private readonly string folder;
    private readonly ImmutableArray<string> files;
    private readonly ImmutableArray<Group> groups;
    private readonly ImmutableArray<int> rows;
    private readonly Lock reading = new();
    private (Group? Group, byte[]?[] Files) last = (null, []);

    /// <summary>Reads the labels; no image.</summary>
    /// <exception cref="InputException">A file is damaged, or a column is missing or of another type.</exception>
    public ParquetImages(DataSource source)
    {
        this.source = source;
        var found = SplitFiles.Find(source, ".parquet");
        folder = File.Exists(source.Location) ? Path.GetDirectoryName(source.Location)! : source.Location;
        files = [.. found.Select(path => Path.GetRelativePath(folder, path))];
        var (list, labels, names) = (new List<Group>(), new List<string>(), ImmutableArray<string>.Empty);
        foreach (var path in found)
        {
            source.Reading(() => ParquetStructure.Check(path));
            names = Reading(path, reader => ReadLabels(reader, path, list, labels));
        }

        groups = [.. list];
        if (labels.Count == 0)
        {
            throw new InputException($"'{source.Location}' has no row; give another file.");
        }

        // Of a ClassLabel, -1 is documented as no label.
        rows = [.. Enumerable.Range(0, labels.Count).Where(row => names.IsEmpty || labels[row] != Unlabelled)];
        if (rows.IsEmpty)
        {
            throw new InputException(
                $"The rows of '{source.Location}' have no labels (-1), as in test data whose labels are kept back; "
                    + "give another file."
            );
        }

        LeftOut = rows.Length == labels.Count ? [] : [new("rows without label (-1)", labels.Count - rows.Length)];
        (Classes, Labels) = Named([.. rows.Select(row => labels[row])], names);
        Names = [.. rows.Select(row => row.ToString(CultureInfo.InvariantCulture))];
    }

    public ImmutableArray<string> Classes { get; }

    public ImageLabels Labels { get; }

    public ImmutableArray<string> Names { get; }

    public ImmutableArray<LeftOutFiles> LeftOut { get; }

    public ImmutableArray<ulong> Contents =>
        field.IsDefault
            ? field = [.. Enumerable.Range(0, Labels.Count).Select(i => ContentHash.Of(FileOf(rows[i]) ?? []))]
            : field;

    public string Digest =>
        field ??= FileDigest
            .Compute(folder, files, ["hf_parquet", .. Classes, .. Labels.Single.Select(label => $"{label}")])
            .Digest;

    public DecodedImage Read(int index) =>
        ImageFile.Decode(
            FileOf(rows[index])
                ?? throw new InputException(
                    $"Row {rows[index]} of '{source.Location}' has no image inside; fill it in, or skip bad images."
                ),
            $"{rows[index]} of {source.Location}"
        );

    private byte[]? FileOf(int row)
    {
        var group = groups[FindGroup(row)];
        lock (reading)
        {
            if (last.Group != group)
            {
                last = (group, Reading(group.Path, reader => ReadImages(reader, group)));
            }

            return last.Files[row - group.First];
        }
    }

    private int FindGroup(int row)
    {
        var (low, high) = (0, groups.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = groups[middle].First <= row ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    private async Task<ImmutableArray<string>> ReadLabels(
        ParquetReader reader,
        string path,
        List<Group> list,
        List<string> labels
    )
    {
        var columns = ParquetColumns.Find(reader, path, source);
        for (var i = 0; i < reader.RowGroupCount; i++)
        {
            using var rows = reader.OpenRowGroupReader(i);
            var read = await columns.ReadLabels(rows, path, labels.Count).ConfigureAwait(false);
            list.Add(new(path, i, labels.Count, read.Length));
            labels.AddRange(read);
        }

        return columns.Names;
    }

    private async Task<byte[]?[]> ReadImages(ParquetReader reader, Group group)
    {
        var columns = ParquetColumns.Find(reader, group.Path, source);
        using var rows = reader.OpenRowGroupReader(group.Index);
        return await columns.ReadImages(rows).ConfigureAwait(false);
    }

    // Reading a file completes synchronously.
    private T Reading<T>(string path, Func<ParquetReader, Task<T>> read) =>
        source.Reading(() =>
        {
            DataFile.Check(path);
            try
            {
                return ReadAsync(path, read).GetAwaiter().GetResult();
            }
            catch (Exception failure)
                when (failure is not (InputException or OutOfMemoryException or UnauthorizedAccessException))
            {
                throw ParquetStructure.Broken(path, failure);
            }
        });

    private static async Task<T> ReadAsync<T>(string path, Func<ParquetReader, Task<T>> read)
    {
        var reader = await ParquetReader.CreateAsync(path).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            return await read(reader).ConfigureAwait(false);
        }
    }

    // Names of the metadata where the labels are positions among them; else the labels themselves.
    private (ImmutableArray<string> Classes, ImageLabels Labels) Named(
        List<string> labels,
        ImmutableArray<string> names
    )
    {
        var positions = labels.ConvertAll(label =>
            int.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && place < names.Length
                ? place
                : -1
        );
        return positions.Contains(-1)
            ? WrittenLabels.Read(labels, image => $"Row {rows[image]} of '{source.Location}'")
            : (names, ImageLabels.SingleLabel([.. positions]));
    }
}
