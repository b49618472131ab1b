using System.Collections.Immutable;
using Parquet;
using TransferLens.Studies.Findings;
using TransferLens.Tests;

namespace TransferLens.Report.Tests.Tables;

public class ParquetFileTests
{
    [Fact]
    public async Task Each_column_has_the_type_of_its_cells()
    {
        await using var file = await Open(
            Table(
                ["truth", "whole", "number", "mixed", "text", "both", "nothing"],
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
        Assert.Equal([true, null, false], await Values<bool>(file, "truth"));
        Assert.Equal([3L, null, -4L], await Values<long>(file, "whole"));
        Assert.Equal([0.5, null, null], await Values<double>(file, "number"));
        Assert.Equal([2.0, 0.25, null], await Values<double>(file, "mixed"));
        Assert.Equal(["a", null, "ü, \"b\""], await Texts(file, "text"));
        Assert.Equal(["1", "7", null], await Texts(file, "both"));
        Assert.Equal([null, null, null], await Texts(file, "nothing"));
    }

    [Fact]
    public async Task A_number_is_kept_to_its_last_bit()
    {
        double[] numbers = [0.1 + 0.2, double.Epsilon, double.MaxValue, -0.0, 1.0 / 3];
        await using var file = await Open(Table(["x"], [.. numbers.Select(number => new object?[] { number })]));
        Assert.Equal(
            numbers.Select(BitConverter.DoubleToInt64Bits),
            (await Values<double>(file, "x")).Select(value => BitConverter.DoubleToInt64Bits(value!.Value))
        );
    }

    [Fact]
    public async Task A_heading_given_twice_is_numbered_and_a_row_that_ends_early_is_filled()
    {
        await using var file = await Open(Table(["low", "low", "gain, low"], [1.0], [2.0, 3.0, 4.0]));
        Assert.Equal(["low", "low (2)", "gain, low"], file.Schema.GetDataFields().Select(field => field.Name));
        Assert.Equal([null, 3.0], await Values<double>(file, "low (2)"));
    }

    [Fact]
    public async Task A_table_without_rows_is_a_file_with_its_headings()
    {
        await using var file = await Open(Table(["a", "b"]));
        Assert.Equal(["a", "b"], file.Schema.GetDataFields().Select(field => field.Name));
        Assert.Equal("a caption", file.CustomMetadata["title"]);
    }

    [Fact]
    public void Equal_tables_give_equal_bytes()
    {
        Assert.Equal(Made(), Made());

        static byte[] Made() =>
            Bytes(
                Table(
                    ["name", "value"],
                    [.. Enumerable.Range(0, 500).Select(i => new object?[] { $"module {i % 7}", i / 3.0 })]
                )
            );
    }

    private static Table Table(ImmutableArray<string> columns, params object?[][] rows) =>
        new("made_up", "a caption", columns, [.. rows.Select(row => row.ToImmutableArray())]);

    private static byte[] Bytes(Table table)
    {
        using var folder = new TemporaryFolder();
        var content = SampleReport.Content();
        ReportWriter.Write(
            content with
            {
                Findings = [],
                Sections = [content.Sections[0] with { Figures = [], Tables = [table] }],
            },
            folder.Path
        );
        return File.ReadAllBytes(folder["tables", "made_up.parquet"]);
    }

    private static Task<ParquetReader> Open(Table table) => ParquetReader.CreateAsync(new MemoryStream(Bytes(table)));

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
