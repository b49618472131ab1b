using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Tests.Formats;

public class CifarBinaryTests
{
    // One record: the label bytes, then red all 1, green all 2, blue all 3, and the first red pixel the image's mark.
    private static byte[] Record(byte[] labels, byte mark)
    {
        byte[] record =
        [
            .. labels,
            .. Enumerable.Repeat((byte)1, 1024),
            .. Enumerable.Repeat((byte)2, 1024),
            .. Enumerable.Repeat((byte)3, 1024),
        ];
        record[labels.Length] = mark;
        return record;
    }

    private static void Write(string path, params byte[][] records) =>
        File.WriteAllBytes(path, [.. records.SelectMany(record => record)]);

    private static IImageSource Open(
        string path,
        ImmutableSortedDictionary<string, string>? options = null,
        int? limit = null
    ) => ImageFormats.Open(new("cifar_binary", path, options ?? SourceOptions.None, limit));

    [Fact]
    public void Training_files_are_read_one_after_the_other_and_planes_become_pixels()
    {
        using var folder = new TemporaryFolder();
        Write(folder["data_batch_2.bin"], Record([5], 102));
        Write(folder["data_batch_1.bin"], Record([7], 100), Record([0], 101));
        Write(folder["test_batch.bin"], Record([9], 103));
        var train = Open(folder.Path, SourceOptions.Train);
        Assert.Equal([7, 0, 5], train.Labels.Single);
        Assert.Equal([100, 101, 102], Enumerable.Range(0, 3).Select(i => train.Read(i).Pixels[0]));
        Assert.Equal(["0", "1", "2"], train.Names);
        Assert.Equal("9", train.Classes[9]);
        var pixels = train.Read(2).Pixels;
        Assert.Equal([2, 3, 1, 2, 3], pixels[1..6].Select(value => (int)value));
        Assert.Equal(3 * 1024, pixels.Length);
        Assert.Equal([9], Open(folder.Path).Labels.Single);
    }

    [Fact]
    public void The_fine_label_of_CIFAR_100_counts()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["fine_label_names.txt"], Enumerable.Range(0, 100).Select(i => $"name {i}"));
        Write(folder["test.bin"], Record([3, 97], 100), Record([4, 98], 101));
        foreach (var source in new[] { Open(folder.Path), Open(folder["test.bin"]) })
        {
            Assert.Equal([97, 98], source.Labels.Single);
            Assert.Equal("name 97", source.Classes[97]);
            Assert.Equal(101, source.Read(1).Pixels[0]);
        }
    }

    [Fact]
    public void Class_names_next_to_the_file_are_read_and_counted()
    {
        using var folder = new TemporaryFolder();
        Write(folder["any.bin"], Record([1], 100));
        File.WriteAllText(folder["batches.meta.txt"], "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
        Assert.Equal("b", Open(folder["any.bin"]).Classes[1]);
        File.WriteAllText(folder["batches.meta.txt"], "a\nb\n");
        Assert.Contains(
            "names 2 classes instead of 10",
            Assert.Throws<InputException>(() => Open(folder["any.bin"])).Message
        );
    }

    [Fact]
    public void A_limit_samples_classes_across_files_and_changes_the_digest()
    {
        using var folder = new TemporaryFolder();
        Write(folder["data_batch_1.bin"], Record([7], 100), Record([0], 101));
        Write(folder["data_batch_2.bin"], Record([5], 102), Record([6], 103));
        Assert.Equal([0, 5, 6], Open(folder.Path, SourceOptions.Train, limit: 3).Labels.Single);
        Assert.NotEqual(
            Open(folder.Path, SourceOptions.Train).Digest,
            Open(folder.Path, SourceOptions.Train, limit: 3).Digest
        );
    }

    [Fact]
    public void A_file_of_the_wrong_length_is_named()
    {
        using var folder = new TemporaryFolder();
        Write(folder["test_batch.bin"], Record([1], 100), [1, 2, 3]);
        foreach (var path in new[] { folder.Path, folder["test_batch.bin"] })
        {
            var error = Assert.Throws<InputException>(() => Open(path));
            Assert.Contains("test_batch.bin", error.Message);
            Assert.Contains("3076 bytes", error.Message);
        }
    }

    [Fact]
    public void A_label_out_of_range_is_named_with_its_image()
    {
        using var folder = new TemporaryFolder();
        Write(folder["test_batch.bin"], Record([1], 100), Record([10], 100));
        var error = Assert.Throws<InputException>(() => Open(folder.Path));
        Assert.Contains("test_batch.bin", error.Message);
        Assert.StartsWith("Image 1 ", error.Message);
        Assert.Contains("has the label 10", error.Message);
    }

    [Fact]
    public void Missing_files_and_unknown_options_are_reported()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("does not exist", Assert.Throws<InputException>(() => Open(folder["nowhere"])).Message);
        Assert.Contains(
            "neither data_batch_*.bin nor train.bin",
            Assert.Throws<InputException>(() => Open(folder.Path, SourceOptions.Train)).Message
        );
        Assert.Contains(
            "'trian'",
            Assert
                .Throws<InputException>(() => Open(folder.Path, SourceOptions.Train.SetItem("split", "trian")))
                .Message
        );
        Assert.Contains(
            "no option 'colour'",
            Assert.Throws<InputException>(() => Open(folder.Path, SourceOptions.Train.SetItem("colour", "x"))).Message
        );
        Assert.Contains(
            "is 0, but must be at least 1",
            Assert.Throws<InputException>(() => Open(folder.Path, limit: 0)).Message
        );
    }
}
