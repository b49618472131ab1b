using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Compression;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Tests.Formats;

public class IdxFilesTests
{
    private static byte[] Array(byte[] values, params int[] shape)
    {
        var bytes = new byte[4 + (4 * shape.Length)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, 0x0800 + shape.Length);
        for (var i = 0; i < shape.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 * (i + 1)), shape[i]);
        }

        return [.. bytes, .. values];
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            zip.Write(bytes);
        }

        return packed.ToArray();
    }

    private static readonly byte[] Images = Array([1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16], 2, 2, 3);

    private static IImageSource Open(
        string path,
        ImmutableSortedDictionary<string, string>? options = null,
        int? limit = null
    ) => ImageFormats.Open(new("idx", path, options ?? SourceOptions.None, limit));

    [Theory]
    [InlineData("train-images-idx3-ubyte", "train-labels-idx1-ubyte", false)]
    [InlineData("train-images.idx3-ubyte", "train-labels.idx1-ubyte", false)]
    [InlineData("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", true)]
    [InlineData("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte", true)]
    [InlineData("train-images-idx3-ubyte", "train-labels-idx1-ubyte", true)]
    public void A_pair_of_files_is_found_and_decompressed_by_its_content(string images, string labels, bool zipped)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder[images], zipped ? Gzip(Images) : Images);
        File.WriteAllBytes(folder[labels], zipped ? Gzip(Array([2, 0], 2)) : Array([2, 0], 2));
        foreach (var source in new[] { Open(folder.Path, SourceOptions.Train), Open(folder[images]) })
        {
            Assert.Equal(["0", "1", "2"], source.Classes);
            Assert.Equal([2, 0], source.Labels.Single);
            var image = source.Read(1);
            Assert.Equal((3, 2), (image.Width, image.Height));
            Assert.Equal([11, 11, 11, 12, 12, 12, 13], image.Pixels[..7].Select(value => (int)value));
        }
    }

    [Theory]
    [InlineData("t10k")]
    [InlineData("test")]
    public void Test_images_are_found_by_name_and_may_be_limited(string beginning)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["train-images-idx3-ubyte"], [0]);
        File.WriteAllBytes(folder[$"{beginning}-images-idx3-ubyte"], Images);
        File.WriteAllBytes(folder[$"{beginning}-labels-idx1-ubyte"], Array([0, 3], 2));
        Assert.Equal([0, 3], Open(folder.Path).Labels.Single);
        var first = Open(folder.Path, limit: 1);
        Assert.Equal([0], first.Labels.Single);
        Assert.Equal(4, first.Classes.Length);
        Assert.NotEqual(first.Digest, Open(folder.Path).Digest);
    }

    [Fact]
    public void Wrong_files_are_refused_in_one_sentence()
    {
        Refused("is not an IDX file", Array([0, 1], 2), Array([0, 1], 2));
        Refused("is not an IDX file", [0, 0], Array([0, 1], 2));
        Refused("shorter", Gzip(Images[..^1]), Array([0, 1], 2));
        Refused("longer", [.. Images, 0], Array([0, 1], 2));
        Refused("longer", Gzip([.. Images, 0]), Array([0, 1], 2));
        Refused("claims 70000 x 30000 x 30000 values", Array([1], 70000, 30000, 30000), Array([0, 1], 2));
        Refused("claims 70000 x 280 x 28 values", Gzip(Array([1], 70000, 280, 28)), Array([0, 1], 2));
        Refused("claims -1 x 2 x 3 values", Array([1], -1, 2, 3), Array([0, 1], 2));
        Refused("2 images, but 'a-labels' next to it 3 labels", Images, Array([0, 1, 2], 3));
        Refused("cannot be read", [.. Gzip(Images)[..10], 255, 255, 255, 255, 255], Array([0, 1], 2));
        Refused("a-images", Gzip(Images)[..^12], Array([0, 1], 2));
    }

    [Fact]
    public void A_missing_file_of_labels_is_named()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a-images-idx3"], Images);
        Assert.Contains(
            "'a-labels-idx1' are missing",
            Assert.Throws<InputException>(() => Open(folder["a-images-idx3"])).Message
        );
        Assert.Contains("t10k or test", Assert.Throws<InputException>(() => Open(folder.Path)).Message);
    }

    private static void Refused(string because, byte[] images, byte[] labels)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a-images"], images);
        File.WriteAllBytes(folder["a-labels"], labels);
        var error = Assert.Throws<InputException>(() => Open(folder["a-images"]));
        Assert.Contains(because, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }
}
