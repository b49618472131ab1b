using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Parquet;
using Parquet.Schema;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Vision.Formats;

/// <summary>The columns of images and labels in a Parquet file, and the names of its classes.</summary>
/// <param name="Image">The column with the bytes of the image files.</param>
/// <param name="Label">The column of labels.</param>
/// <param name="Names">The names of the classes in the metadata of Hugging Face's library; empty for none.</param>
internal sealed record ParquetColumns(DataField Image, DataField Label, ImmutableArray<string> Names)
{
    private const string Metadata = "huggingface";

    private static readonly string[] Images = ["image", "img"];
    private static readonly string[] Labels = ["label", "labels", "fine_label"];

    /// <summary>Finds the columns.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="path">Its path.</param>
    /// <param name="source">The source, whose options may name the columns.</param>
    /// <exception cref="InputException">A column is missing or of another type.</exception>
    public static ParquetColumns Find(ParquetReader reader, string path, DataSource source)
    {
        var fields = reader.Schema.GetDataFields();
        var names = fields.Select(field => Root(field)).Distinct().ToList();
        var image = Named(source.Value(ParquetFormat.ImageColumn), Images, "images", "image_column");
        var label = Named(source.Value(ParquetFormat.LabelColumn), Labels, "labels", "label_column");
        return new(ImageField(fields, image, path), LabelField(fields, label, path), ClassNames(reader, label));

        string Named(string? given, string[] usual, string what, string option) =>
            given is null
                ? System.Array.Find(usual, names.Contains)
                    ?? throw new InputException(
                        $"'{path}' has the columns {List(names)} but none named {string.Join(" or ", usual)}; "
                            + $"name that of the {what} with the option {option}."
                    )
            : names.Contains(given) ? given
            : throw new InputException($"'{path}' has no column '{given}' but {List(names)}; name one of these.");
    }

    /// <summary>Reads the labels of a group of rows as text.</summary>
    /// <param name="rows">The group.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="first">The number of its first row, for messages.</param>
    /// <exception cref="InputException">A label is missing; its row is named.</exception>
    public async Task<string[]> ReadLabels(ParquetRowGroupReader rows, string path, int first)
    {
        var count = checked((int)rows.RowCount);
        if (Label.ClrType == typeof(ReadOnlyMemory<char>))
        {
            var texts = new string?[count];
            await rows.ReadAsync(Label, texts.AsMemory()!).ConfigureAwait(false);
            return [.. texts.Select((text, row) => text ?? throw Missing(path, first + row))];
        }

        if (Label.ClrType == typeof(long))
        {
            return await ReadNumbers<long>(rows, count, path, first).ConfigureAwait(false);
        }

        if (Label.ClrType == typeof(int))
        {
            return await ReadNumbers<int>(rows, count, path, first).ConfigureAwait(false);
        }

        return Label.ClrType == typeof(byte)
            ? await ReadNumbers<byte>(rows, count, path, first).ConfigureAwait(false)
            : await ReadNumbers<short>(rows, count, path, first).ConfigureAwait(false);
    }

    /// <summary>Reads the image files of a group of rows; null for a row without image.</summary>
    public async Task<byte[]?[]> ReadImages(ParquetRowGroupReader rows)
    {
        var files = new byte[]?[checked((int)rows.RowCount)];
        await rows.ReadAsync(Image, files.AsMemory()!).ConfigureAwait(false);
        return files;
    }

    private async Task<string[]> ReadNumbers<T>(ParquetRowGroupReader rows, int count, string path, int first)
        where T : struct, IFormattable
    {
        if (!Label.IsNullable)
        {
            var values = new T[count];
            await rows.ReadAsync<T>(Label, values.AsMemory()).ConfigureAwait(false);
            return [.. values.Select(Text)];
        }

        var numbers = new T?[count];
        await rows.ReadAsync<T>(Label, numbers.AsMemory()).ConfigureAwait(false);
        return [.. numbers.Select((number, row) => Text(number ?? throw Missing(path, first + row)))];

        static string Text(T number) => number.ToString(null, CultureInfo.InvariantCulture);
    }

    // Either the column itself or, as Hugging Face's library writes them, its part "bytes".
    private static DataField ImageField(DataField[] fields, string column, string path) =>
        System.Array.Find(fields, field => Root(field) == column && field.ClrType == typeof(ReadOnlyMemory<byte>))
        ?? throw new InputException(
            $"The column '{column}' of '{path}' contains no bytes of image files; give a file with the images inside."
        );

    private static DataField LabelField(DataField[] fields, string column, string path)
    {
        var field = System.Array.Find(fields, field => Root(field) == column)!;
        Type[] types = [typeof(ReadOnlyMemory<char>), typeof(long), typeof(int), typeof(byte), typeof(short)];
        return types.Contains(field.ClrType) && !field.IsArray && field.Path.Length == 1
            ? field
            : throw new InputException(
                $"The column '{column}' of '{path}' is not one of integers or text, one per image; name another one "
                    + "with the "
                    + "option label_column."
            );
    }

    private static ImmutableArray<string> ClassNames(ParquetReader reader, string column)
    {
        if (!reader.CustomMetadata.TryGetValue(Metadata, out var text))
        {
            return [];
        }

        try
        {
            var feature = JsonNode.Parse(text)?["info"]?["features"]?[column];
            return (string?)feature?["_type"] == "ClassLabel" && feature["names"] is JsonArray names
                ? [.. names.Select(name => (string)name!)]
                : [];
        }
        catch (Exception failure)
            when (failure is JsonException or InvalidOperationException or ArgumentException or FormatException)
        {
            return []; // The metadata is not of this library.
        }
    }

    private static string Root(DataField field) => field.Path.FirstPart ?? field.Name;

    private static string List(List<string> names) =>
        string.Join(", ", names.Take(20).Select(name => Sentence.Short(name)));

    private InputException Missing(string path, int row) =>
        new(
            $"Row {row} of '{path}' has no label in the column {Label.Name}. Write the class of the image, or "
                + "remove the row."
        );
}
