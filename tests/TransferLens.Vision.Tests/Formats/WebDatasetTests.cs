using System.Formats.Tar;
using System.Text;
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

    [Theory]
    [InlineData("-1", "has the label -1")]
    [InlineData("nan", "has 'nan' for a label")]
    public void A_label_that_is_none_is_refused_with_its_sample(string label, string because)
    {
        using var folder = new TemporaryFolder();
        using (var tar = new TarWriter(File.Create(folder["x.tar"])))
        {
            foreach (var (key, text) in new[] { ("a", "0"), ("b", label), ("@eaDir/c", "7") })
            {
                Add(tar, $"{key}.ppm", "P5 1 1 255\nx");
                Add(tar, $"{key}.cls", text);
            }
        }

        var message = Assert
            .Throws<InputException>(() => ImageFormats.Open(new("webdataset", folder["x.tar"], SourceOptions.None)))
            .Message;
        Assert.StartsWith($"The sample 'b in {folder["x.tar"]}' {because}", message);
    }

    [Theory]
    [InlineData("cls", "B\u00e4r")]
    [InlineData("json", "{\"label\": \"B\u00e4r\"}")]
    public void A_label_that_is_not_UTF_8_is_refused_with_its_sample(string ending, string label)
    {
        using var folder = new TemporaryFolder();
        using (var tar = new TarWriter(File.Create(folder["x.tar"])))
        {
            Add(tar, "b.ppm", "P5 1 1 255\nx");
            Add(tar, $"b.{ending}", label);
        }

        Assert.Equal(
            $"The .{ending} file of the sample 'b in {folder["x.tar"]}' is not UTF-8; save it as UTF-8.",
            Assert
                .Throws<InputException>(() => ImageFormats.Open(new("webdataset", folder["x.tar"], SourceOptions.None)))
                .Message
        );
    }

    private static void Add(TarWriter tar, string name, string text) =>
        tar.WriteEntry(
            new UstarTarEntry(TarEntryType.RegularFile, name)
            {
                DataStream = new MemoryStream(Encoding.Latin1.GetBytes(text)),
            }
        );

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
