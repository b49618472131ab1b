using System.Collections.Immutable;
using Parquet;
using TransferLens.Report.Tables;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Tests.Tables;

public class ParquetFileTests
{
    [Fact]
    public async Task Each_column_has_the_type_of_its_cells()
    {
        await using var file = await Open(
            Table(
                ["Boolean", "integer", "number", "mixed", "text", "both", "nothing"],
                [true, 3L, 0.5, 2L, "a", "1", null],
                [null, null, null, 0.25, null, 7L, null],
                [false, -4L, double.NaN, null, "ü, \"b\"", null, null]
            )
        );
        Assert.Equal(
            [
                typeof(bool),
                typeof(long),
                typeof(double),
                typeof(double),
                .. Enumerable.Repeat(typeof(ReadOnlyMemory<char>), 3),
            ],
            file.Schema.GetDataFields().Select(field => field.ClrType)
        );
        Assert.All(file.Schema.GetDataFields(), field => Assert.True(field.IsNullable));
        Assert.Equal([true, null, false], await Values<bool>(file, "Boolean"));
        Assert.Equal([3L, null, -4L], await Values<long>(file, "integer"));
        Assert.Equal([0.5, null, null], await Values<double>(file, "number"));
        Assert.Equal([2.0, 0.25, null], await Values<double>(file, "mixed"));
        Assert.Equal(["a", null, "ü, \"b\""], await Texts(file, "text"));
        Assert.Equal(["1", "7", null], await Texts(file, "both"));
        Assert.Equal([null, null, null], await Texts(file, "nothing"));
    }

    [Fact]
    public async Task Numbers_keep_all_their_bits()
    {
        double[] numbers = [0.1 + 0.2, double.Epsilon, double.MaxValue, -0.0, 1.0 / 3];
        await using var file = await Open(Table(["x"], [.. numbers.Select(number => new object?[] { number })]));
        Assert.Equal(
            numbers.Select(BitConverter.DoubleToInt64Bits),
            (await Values<double>(file, "x")).Select(value => BitConverter.DoubleToInt64Bits(value!.Value))
        );
    }

    [Fact]
    public async Task Repeated_headings_are_numbered_and_short_rows_are_filled_with_nulls()
    {
        await using var file = await Open(Table(["low", "low", "gain, low"], [1.0], [2.0, 3.0, 4.0]));
        Assert.Equal(["low", "low (2)", "gain, low"], file.Schema.GetDataFields().Select(field => field.Name));
        Assert.Equal([null, 3.0], await Values<double>(file, "low (2)"));
    }

    [Fact]
    public async Task A_table_without_rows_has_its_headings()
    {
        await using var file = await Open(Table(["a", "b"]));
        Assert.Equal(["a", "b"], file.Schema.GetDataFields().Select(field => field.Name));
        Assert.Equal("a caption", file.CustomMetadata["title"]);
    }

    [Fact]
    public void Equal_tables_give_equal_bytes()
    {
        Assert.Equal(Create(), Create());

        static byte[] Create() =>
            ParquetFile.Serialize(
                Table(
                    ["name", "value"],
                    [.. Enumerable.Range(0, 500).Select(i => new object?[] { $"module {i % 7}", i / 3.0 })]
                )
            );
    }

    private static Table Table(ImmutableArray<string> columns, params object?[][] rows) =>
        new("made_up", "a caption", columns, [.. rows.Select(row => row.ToImmutableArray())]);

    private static Task<ParquetReader> Open(Table table) =>
        ParquetReader.CreateAsync(new MemoryStream(ParquetFile.Serialize(table)));

    private static async Task<T?[]> Values<T>(ParquetReader file, string name)
        where T : struct
    {
        using var rows = file.OpenRowGroupReader(0);
        var values = new T?[rows.RowCount];
        await rows.ReadAsync<T>(file.Schema.FindDataField(name), values.AsMemory());
        return values;
    }

    private static async Task<string?[]> Texts(ParquetReader file, string name)
    {
        using var rows = file.OpenRowGroupReader(0);
        var values = new string?[rows.RowCount];
        await rows.ReadAsync(file.Schema.FindDataField(name), values.AsMemory()!);
        return values;
    }
}
