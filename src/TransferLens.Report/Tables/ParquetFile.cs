using Parquet;
using Parquet.Schema;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Tables;

/// <summary>
/// Writes tables as Apache Parquet files (format version 2, one row group, Snappy).
/// </summary>
public static class ParquetFile
{
    /// <summary>
    /// The columns of the table, typed by their cells: Boolean, 64-bit integer, double or text. Repeated headings are
    /// numbered, since columns are found by their names. Equal tables give equal bytes.
    /// </summary>
    /// <param name="table">The table; its title becomes the metadata <c>title</c>.</param>
    /// <returns>The bytes of the file.</returns>
    public static byte[] Serialize(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        // Writing to memory completes synchronously.
        using var bytes = new MemoryStream();
        Write(table, bytes).GetAwaiter().GetResult();
        return bytes.ToArray();
    }

    private static async Task Write(Table table, MemoryStream bytes)
    {
        var columns = Column.FromTable(table);
        var fields = columns.Select(column => new DataField(column.Name, column.Type, isNullable: true)).ToArray();
        var writer = await ParquetWriter.CreateAsync(new(fields), bytes).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            writer.CustomMetadata = new Dictionary<string, string> { ["title"] = table.Title };
            using var rows = writer.CreateRowGroup();
            foreach (var (column, field) in columns.Zip(fields))
            {
                await Write(rows, column, field).ConfigureAwait(false);
            }
        }
    }

    private static Task Write(ParquetRowGroupWriter rows, Column column, DataField field) =>
        column.Type switch
        {
            var type when type == typeof(double) => rows.WriteAsync<double>(field, column.As<double>()),
            var type when type == typeof(long) => rows.WriteAsync<long>(field, column.As<long>()),
            var type when type == typeof(bool) => rows.WriteAsync<bool>(field, column.As<bool>()),
            _ => rows.WriteAsync(field, column.Texts()!),
        };
}
