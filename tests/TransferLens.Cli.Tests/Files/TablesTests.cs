using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Files;

public sealed class TablesTests(EveryAnalysis every)
{
    [Fact]
    public void Readers_of_another_language_find_the_same_in_csv_and_parquet()
    {
        var folder = Path.Combine(every.Study.Out, "tables");
        var seen = Reader.Tables(folder);
        Assert.Equal(Directory.GetFiles(folder, "*.csv").Length, (int)seen["tables"]!);
        Assert.InRange((int)seen["cells"]!, 500, int.MaxValue);
        Assert.Equal("BYTE_ARRAY", Type("learning_curves.run"));
        Assert.Equal("INT64", Type("learning_curves.epoch"));
        Assert.Equal("DOUBLE", Type("learning_curves.train loss"));
        Assert.Equal("BOOLEAN", Type("parameter_distance.head left out"));

        string Type(string column) => (string)seen["types"]!.AsObject()[column]!;
    }

    [Fact]
    public void The_comparison_sees_a_difference()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(Path.Combine(every.Study.Out, "tables"), "learning_curves.*"))
        {
            File.Copy(file, folder[Path.GetFileName(file)]);
        }

        var csv = folder["learning_curves.csv"];
        File.WriteAllText(csv, File.ReadAllText(csv).Replace("P-T,0.02,2,", "P-T,0.02,3,", StringComparison.Ordinal));
        var failure = Assert.Throws<Xunit.Sdk.TrueException>(() => Reader.Tables(folder.Path));
        Assert.Contains("learning_curves: row 5, column 'seed': Parquet has 2, CSV has 3", failure.Message);
    }
}
