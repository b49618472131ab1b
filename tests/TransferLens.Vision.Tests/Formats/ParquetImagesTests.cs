using TransferLens.Studies.Inputs;
using TransferLens.Tests;
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
}
