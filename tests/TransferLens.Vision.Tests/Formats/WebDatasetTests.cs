using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Formats;

namespace TransferLens.Vision.Tests.Formats;

public class WebDatasetTests
{
    [Theory]
    [InlineData("cls.tar")]
    [InlineData("json.tar")]
    public void Shards_of_Pythons_tarfile_are_read(string file) =>
        DataFixture.Check(DataFixture.Open("webdataset", file), file);

    [Fact]
    public void A_sample_without_image_is_counted() =>
        Assert.Equal([new("samples without image", 1)], DataFixture.Open("webdataset", "cls.tar").LeftOut);

    [Fact]
    public void Shards_of_a_folder_are_read_in_order_of_their_names()
    {
        using var folder = new TemporaryFolder();
        File.Copy(DataFixture.PathOf("json.tar"), folder["train-1.tar"]);
        File.Copy(DataFixture.PathOf("json.tar"), folder["train-0.tar"]);
        File.Copy(DataFixture.PathOf("cls.tar"), folder["test-0.tar"]);
        var train = ImageFormats.Open(new("webdataset", folder.Path, SourceOptions.Train));
        Assert.Equal([1, 0, 1, 1, 0, 1], train.Labels.Single);
        Assert.Equal(4, ImageFormats.Open(new("webdataset", folder.Path, SourceOptions.None)).Labels.Count);
    }

    [Fact]
    public void Another_key_and_a_compressed_shard_are_explained()
    {
        Assert.Contains(
            "has no label under kind",
            Assert
                .Throws<InputException>(() => DataFixture.Open("webdataset", "json.tar", ("label_key", "kind")))
                .Message
        );
        Assert.Equal(["3"], DataFixture.Open("webdataset", "json.tar", ("label_key", "width")).Classes);
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["x.tar"], [0x1f, 0x8b, 8, 0, 0, 0]);
        Assert.Contains(
            "compressed with gzip",
            Assert
                .Throws<InputException>(() => ImageFormats.Open(new("webdataset", folder["x.tar"], SourceOptions.None)))
                .Message
        );
    }
}
