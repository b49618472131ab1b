using System.Text;
using Parquet;
using Parquet.Schema;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Formats;

namespace TransferLens.Vision.Tests.Formats;

public class ParquetImagesTests
{
    // Names of the classes are in the metadata of one of them.
    [Theory]
    [InlineData("hf-snappy.parquet")]
    [InlineData("hf-zstd.parquet")]
    public void Files_of_DuckDB_are_read(string file) => DataFixture.Check(DataFixture.Open("hf_parquet", file), file);

    [Fact]
    public void Files_of_a_folder_are_the_part_that_their_names_begin_with()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["data"]);
        File.Copy(DataFixture.PathOf("hf-snappy.parquet"), folder["data", "train-00000-of-00002.parquet"]);
        File.Copy(DataFixture.PathOf("hf-snappy.parquet"), folder["data", "train-00001-of-00002.parquet"]);
        File.Copy(DataFixture.PathOf("hf-snappy.parquet"), folder["data", "validation-00000-of-00001.parquet"]);
        var train = ImageFormats.Open(new("hf_parquet", folder.Path, SourceOptions.Train));
        Assert.Equal([2, 0, 0, 2, 0, 2, 0, 0, 2, 0], train.Labels.Single);
        Assert.Equal(DataFixture.Hash(train.Read(0)), DataFixture.Hash(train.Read(9)));
        var missing = Assert.Throws<InputException>(() =>
            ImageFormats.Open(new("hf_parquet", folder.Path, SourceOptions.None))
        );
        Assert.Contains("no .parquet file whose name begins with test", missing.Message);
    }

    [Theory]
    [InlineData("image_column", "photo", "has no column 'photo' but image, label")]
    [InlineData("image_column", "label", "contains no bytes of image files")]
    [InlineData("label_column", "image", "is not one of integers or text")]
    public void Other_columns_are_refused(string key, string value, string because) =>
        Assert.Contains(
            because,
            Assert
                .Throws<InputException>(() => DataFixture.Open("hf_parquet", "hf-snappy.parquet", (key, value)))
                .Message
        );

    [Fact]
    public async Task A_row_of_a_ClassLabel_without_label_is_left_out_and_counted()
    {
        using var folder = new TemporaryFolder();
        await Write(folder["x.parquet"], [1, -1, 0, -1], ["cat", "dog"]);
        var source = ImageFormats.Open(new("hf_parquet", folder["x.parquet"], SourceOptions.None));
        Assert.Equal(["cat", "dog"], source.Classes);
        Assert.Equal([1, 0], source.Labels.Single);
        Assert.Equal(["0", "2"], source.Names);
        Assert.Equal([new LeftOutFiles("rows without label (-1)", 2)], source.LeftOut);
        Assert.Equal(DataFixture.Hash(ImageFile.Decode(Pixel(2), "")), DataFixture.Hash(source.Read(1)));
        await Write(folder["y.parquet"], [-1, -1], ["cat", "dog"]);
        Assert.Contains(
            "have no labels (-1)",
            Assert
                .Throws<InputException>(() =>
                    ImageFormats.Open(new("hf_parquet", folder["y.parquet"], SourceOptions.None))
                )
                .Message
        );
    }

    [Fact]
    public async Task A_negative_label_that_is_no_ClassLabel_is_refused_with_its_row()
    {
        using var folder = new TemporaryFolder();
        await Write(folder["x.parquet"], [1, 0, -1], null);
        Assert.StartsWith(
            $"Row 2 of '{folder["x.parquet"]}' has the label -1, but",
            Assert
                .Throws<InputException>(() =>
                    ImageFormats.Open(new("hf_parquet", folder["x.parquet"], SourceOptions.None))
                )
                .Message
        );
    }

    private static byte[] Pixel(int value) => [.. Encoding.Latin1.GetBytes("P5 1 1 255\n"), (byte)value];

    private static async Task Write(string path, long[] labels, string[]? names)
    {
        var image = new DataField("image", typeof(byte[]), isNullable: false);
        var label = new DataField<long>("label");
        await using var file = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(new(image, label), file);
        if (names is not null)
        {
            var list = string.Join(',', names.Select(name => $"\"{name}\""));
            writer.CustomMetadata = new Dictionary<string, string>
            {
                ["huggingface"] =
                    """{"info": {"features": {"label": {"names": [NAMES], "_type": "ClassLabel"}}}}""".Replace(
                        "NAMES",
                        list
                    ),
            };
        }

        using var rows = writer.CreateRowGroup();
        ReadOnlyMemory<byte>[] images = [.. Enumerable.Range(0, labels.Length).Select(i => Pixel(i).AsMemory())];
        await rows.WriteAsync<ReadOnlyMemory<byte>>(image, images);
        await rows.WriteAsync<long>(label, labels);
    }
}
