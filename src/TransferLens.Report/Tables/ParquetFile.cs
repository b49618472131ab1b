using Parquet;
using Parquet.Schema;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Tables;

/// <summary>
/// Tables as Apache Parquet files (format version 2, one row group, Snappy): the columns of the CSV file beside it, with the
/// type that their cells have. A column that a table names twice has its second name numbered, since a column is found by
/// its name there. Equal tables give equal bytes.
/// </summary>
internal static class ParquetFile
{
    public static byte[] Of(Table table)
    {
        // Nothing is waited for: what is written to lies in memory.
        using var bytes = new MemoryStream();
        Write(table, bytes).GetAwaiter().GetResult();
        return bytes.ToArray();
    }

    private static async Task Write(Table table, MemoryStream bytes)
    {
        var columns = Column.Of(table);
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
