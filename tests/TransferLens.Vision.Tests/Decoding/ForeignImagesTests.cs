using System.Text;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Tests.Formats;

namespace TransferLens.Vision.Tests.Decoding;

/// <summary>Files that have an image's or a data set's name and contain something else.</summary>
public class ForeignImagesTests
{
    private const string Pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 3\n";

    [Theory]
    [InlineData(Pointer, "a Git LFS pointer: the name of a large file, not the file. Run 'git lfs pull'")]
    [InlineData("<!DOCTYPE html><html><head>", "a web page (HTML)")]
    [InlineData("\n\n <HTML>", "a web page (HTML)")]
    [InlineData("<?xml version='1.0'?><Error>", "an XML document")]
    [InlineData("<?xml version='1.0'?><svg width='1'/>", "an SVG drawing")]
    [InlineData("\0\0\0\u0018ftypheic\0\0\0\0mif1heic", "a HEIC or AVIF image, which is not read")]
    [InlineData("\0\0\0\u0018ftypisom\0\0\0\0mp41", "a video")]
    [InlineData("\0\0\0\u000cJXL \r\n", "a JPEG XL image")]
    [InlineData("\0\0\0\u000cjP  \r\n", "a JPEG 2000 image")]
    [InlineData("8BPS\0\u0001", "a Photoshop document")]
    [InlineData("\u0093NUMPY\u0001\0", "an array of NumPy")]
    [InlineData("%PDF-1.4", "a PDF document")]
    [InlineData("404: Not Found", "a text file")]
    public void A_file_of_another_kind_is_named_for_what_it_is(string content, string what)
    {
        using var folder = new TemporaryFolder();
        var bytes = Encoding.Latin1.GetBytes(content);
        foreach (var name in new[] { "x.png", "x.jpg", "x.gif", "x.tif", "x.ppm" })
        {
            File.WriteAllBytes(folder[name], bytes);
            var message = Assert.Throws<InputException>(() => ImageFile.Decode(folder[name])).Message;
            Assert.StartsWith($"The image '{folder[name]}' is {what}", message);
            Assert.EndsWith(", or skip bad images.", message);
        }

        Assert.Contains(what, Assert.Throws<InputException>(() => ImageFile.Decode(bytes, "row 3")).Message);
    }

    [Fact]
    public void A_damaged_image_is_not_called_something_else()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["x.png"], [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0]);
        Assert.Contains(
            "cannot be decoded",
            Assert.Throws<InputException>(() => ImageFile.Decode(folder["x.png"])).Message
        );
    }

    [Theory]
    [InlineData("hf_parquet", "test.parquet")]
    [InlineData("webdataset", "test.tar")]
    [InlineData("npz", "x.npz")]
    [InlineData("csv", "x.csv")]
    [InlineData("cifar_binary", "test_batch.bin")]
    [InlineData("cifar_python", "test_batch")]
    [InlineData("idx", "t10k-images-idx3-ubyte")]
    [InlineData("domainnet", "real_test.txt")]
    [InlineData("chexpert", "valid.csv")]
    public void A_data_file_that_is_a_Git_LFS_pointer_is_called_so(string format, string file)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder[file], Pointer);
        File.WriteAllText(folder["t10k-labels-idx1-ubyte"], Pointer);
        Assert.Contains(
            $"'{folder[file]}' is a Git LFS pointer",
            Assert
                .Throws<InputException>(() => ImageFormats.Open(new(format, folder[file], SourceOptions.None)))
                .Message
        );
    }
}
