using System.Collections.Immutable;
using System.Security.Cryptography;
using SkiaSharp;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;
using TransferLens.Vision.Tests.Formats;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Images;

public class ImageCacheTests
{
    private static readonly ImageSettings Settings = new(4, 4, Normalization.None);

    private sealed class Passes : IProgress<TaskProgress>
    {
        public int Count { get; private set; }

        public void Report(TaskProgress value) => Count++;
    }

    private static void Fill(TemporaryFolder folder, params (string Class, string Name, SKColor Colour)[] images)
    {
        foreach (var (label, name, colour) in images)
        {
            Directory.CreateDirectory(folder[label]);
            using var bitmap = new SKBitmap(6, 4);
            bitmap.Erase(colour);
            using var file = File.Create(folder[label, name]);
            bitmap.Encode(file, SKEncodedImageFormat.Png, 100);
        }
    }

    // Caches outlive a test run, so every run needs images of its own.
    private static SKColor Unique() => new(BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4)) | 0xff000000);

    private static ImageSet Open(
        TemporaryFolder folder,
        bool skip = false,
        IProgress<TaskProgress>? progress = null,
        ImageSettings? settings = null
    ) =>
        ImageCache.OpenOrBuild(
            ImageFormats.Open(new("image_folder", folder.Path, SourceOptions.None)),
            settings ?? Settings,
            skip,
            progress,
            TestContext.Current.CancellationToken
        );

    [Fact]
    public void Images_are_decoded_once_and_then_read_from_the_cache()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var colour = Unique();
        Fill(folder, ("b", "2.png", colour), ("a", "1.png", SKColors.Black));
        var passes = new Passes();
        using var first = Open(folder, progress: passes);
        Assert.Equal(1, passes.Count);
        using var second = Open(folder, progress: passes);
        Assert.Equal(1, passes.Count);
        Assert.Equal(["a/1.png", "b/2.png"], second.Names);
        Assert.Equal([0, 1], second.Labels.Single);
        Assert.Equal(["a", "b"], second.Classes);
        Assert.Equal(0, second.Skipped);
        var pixel = second.Read([1])[0, .., 3, 2];
        Assert.Equal([colour.Red, colour.Green, colour.Blue], pixel.data<byte>().ToArray());
        Assert.True(first.Read([1, 0]).Same(second.Read([1, 0])));
    }

    [Fact]
    public void Multi_labels_are_kept_and_those_of_skipped_images_are_left_out()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["cache"]);
        ImageCache.Build(
            new MultiLabelImages(),
            Settings,
            folder["cache"],
            true,
            null,
            TestContext.Current.CancellationToken
        );
        using var set = ImageCache.Open(folder["cache"]);
        Assert.Equal(ImageLabels.MultiLabel(2, [false, false, true, true]), set.Labels);
        Assert.Equal(["0", "2"], set.Names);
        Assert.Equal(1, set.Skipped);
    }

    [Fact]
    public void A_cache_of_version_1_opens()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["images.bin"], new byte[6]);
        File.WriteAllText(
            folder["index.json"],
            """{"Version":1,"Size":1,"Classes":["a","b"],"Labels":[1,0],"Names":["x","y"],"Skipped":3}"""
        );
        using var set = ImageCache.Open(folder.Path);
        Assert.Equal(ImageLabels.SingleLabel([1, 0]), set.Labels);
    }

    [Fact]
    public void Images_are_written_in_order_without_the_bad_ones()
    {
        using var folder = new TemporaryFolder();
        ImageCache.Build(
            new NumberedImages(700, [0, 255, 256, 511, 699]),
            new(1, 1, Normalization.None),
            folder.Path,
            true,
            null,
            TestContext.Current.CancellationToken
        );
        using var set = ImageCache.Open(folder.Path);
        var expected = Enumerable.Range(0, 700).Except([0, 255, 256, 511, 699]).ToList();
        Assert.Equal(expected.Select(i => $"{i}"), set.Names);
        using var images = set.Read([.. Enumerable.Range(0, expected.Count)]);
        Assert.Equal(
            expected.SelectMany(i => new[] { (byte)i, (byte)(i >> 8), (byte)7 }),
            images.data<byte>().ToArray()
        );
    }

    [Fact]
    public void A_bad_image_in_a_later_chunk_is_named()
    {
        using var folder = new TemporaryFolder();
        var failure = Assert.Throws<InputException>(() =>
            ImageCache.Build(
                new NumberedImages(700, [600]),
                new(1, 1, Normalization.None),
                folder.Path,
                false,
                null,
                TestContext.Current.CancellationToken
            )
        );
        Assert.Equal("600 is bad", failure.Message);
        File.Delete(folder["images.bin"]); // it is not open any more
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    private sealed class NumberedImages(int count, int[] bad) : IImageSource
    {
        public ImmutableArray<string> Classes => ["only"];

        public ImageLabels Labels => ImageLabels.SingleLabel([.. new int[count]]);

        public ImmutableArray<string> Names => [.. Enumerable.Range(0, count).Select(i => $"{i}")];

        public string Digest => "many";

        public DecodedImage Read(int index) =>
            bad.Contains(index)
                ? throw new InputException($"{index} is bad")
                : new(1, 1, [(byte)index, (byte)(index >> 8), 7]);
    }

    private sealed class MultiLabelImages : IImageSource
    {
        public ImmutableArray<string> Classes => ["a", "b"];

        public ImageLabels Labels => ImageLabels.MultiLabel(2, [false, false, true, false, true, true]);

        public ImmutableArray<string> Names => ["0", "1", "2"];

        public string Digest => "shown";

        public DecodedImage Read(int index) => index == 1 ? throw new InputException("bad") : new(4, 4, new byte[48]);
    }

    [Fact]
    public void Other_sizes_and_other_images_have_other_caches()
    {
        using var folder = new TemporaryFolder();
        Fill(folder, ("a", "1.png", Unique()));
        var passes = new Passes();
        Open(folder, progress: passes).Dispose();
        Open(folder, progress: passes, settings: new(2, 2, Normalization.None)).Dispose();
        Open(folder, progress: passes, settings: new(2, 3, Normalization.None)).Dispose();
        Fill(folder, ("a", "1.png", Unique()));
        File.SetLastWriteTimeUtc(folder["a", "1.png"], DateTime.UnixEpoch);
        Open(folder, progress: passes).Dispose();
        Assert.Equal(4, passes.Count);
    }

    [Fact]
    public void Normalization_does_not_need_another_cache()
    {
        using var folder = new TemporaryFolder();
        Fill(folder, ("a", "1.png", Unique()));
        var passes = new Passes();
        Open(folder, progress: passes).Dispose();
        Open(folder, progress: passes, settings: Settings with { Normalize = Normalization.ImageNet }).Dispose();
        Assert.Equal(1, passes.Count);
    }

    [Fact]
    public void A_corrupt_image_is_named_or_skipped_and_counted()
    {
        using var folder = new TemporaryFolder();
        Fill(folder, ("a", "1.png", Unique()), ("a", "2.png", Unique()), ("b", "3.png", Unique()));
        var whole = File.ReadAllBytes(folder["a", "2.png"]);
        File.WriteAllBytes(folder["a", "2.png"], whole[..(whole.Length / 2)]);
        Assert.Contains(folder["a", "2.png"], Assert.Throws<InputException>(() => Open(folder)).Message);
        using var rest = Open(folder, skip: true);
        Assert.Equal(["a/1.png", "b/3.png"], rest.Names);
        Assert.Equal([0, 1], rest.Labels.Single);
        Assert.Equal(1, rest.Skipped);
    }

    [Fact]
    public void A_data_set_of_corrupt_images_is_refused()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["a"]);
        File.WriteAllText(folder["a", "1.png"], Path.GetRandomFileName());
        Assert.Contains("None of the images", Assert.Throws<InputException>(() => Open(folder, skip: true)).Message);
    }

    [Fact]
    public void Several_threads_that_build_a_cache_at_once_share_it()
    {
        using var folder = new TemporaryFolder();
        Fill(folder, ("a", "1.png", Unique()), ("b", "1.png", Unique()));
        var sets = ParallelEnumerable.Range(0, 4).WithDegreeOfParallelism(4).Select(_ => Open(folder)).ToList();
        Assert.All(sets, set => Assert.Equal(2, set.Count));
        sets.ForEach(set => set.Dispose());
    }

    [Fact]
    public void Other_labels_have_another_cache()
    {
        using var folder = new TemporaryFolder();
        Fill(folder, ("b", "1.png", Unique()));
        Open(folder).Dispose();
        var aligned = AlignedImageSource.Create(
            ImageFormats.Open(new("image_folder", folder.Path, SourceOptions.None)),
            ["a", "b"]
        );
        using var set = ImageCache.OpenOrBuild(aligned, Settings, false, null, TestContext.Current.CancellationToken);
        Assert.Equal([1], set.Labels.Single);
        Assert.Equal(["a", "b"], set.Classes);
    }

    [Fact]
    public void A_square_larger_than_the_resized_image_is_refused()
    {
        using var folder = new TemporaryFolder();
        Fill(folder, ("a", "1.png", Unique()));
        Assert.Contains(
            "cut",
            Assert.Throws<InputException>(() => Open(folder, settings: new(8, 4, Normalization.None))).Message
        );
    }

    [Fact]
    public void A_damaged_cache_is_named()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["index.json"], "{");
        Assert.Contains(folder.Path, Assert.Throws<InputException>(() => ImageCache.Open(folder.Path)).Message);
    }
}
