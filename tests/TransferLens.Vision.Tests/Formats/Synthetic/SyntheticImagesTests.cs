using System.Collections.Immutable;
using FsCheck.Xunit;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Tests.Formats.Synthetic;

public class SyntheticImagesTests
{
    public static TheoryData<string> Styles => ["photo", "clipart", "quickdraw", "noise"];

    private static ImmutableSortedDictionary<string, string> Options(
        string style,
        params (string Name, string Value)[] others
    ) =>
        others.Aggregate(SourceOptions.None.Add("style", style), (options, other) =>
            options.SetItem(other.Name, other.Value)
        );

    private static IImageSource Open(string style, params (string Name, string Value)[] others) =>
        ImageFormats.Open(new("synthetic", "", Options(style, others)));

    [Theory]
    [MemberData(nameof(Styles))]
    public void An_image_does_not_depend_on_the_order_in_which_images_are_drawn(string style)
    {
        var source = Open(style, ("images", "4"));
        var inOrder = Enumerable.Range(0, source.Labels.Count).Select(i => source.Read(i).Pixels).ToList();
        var another = Open(style, ("images", "4"));
        var atOnce = ParallelEnumerable
            .Range(0, inOrder.Count)
            .AsOrdered()
            .WithDegreeOfParallelism(4)
            .Select(i => another.Read(i).Pixels)
            .ToList();
        Assert.Equal(inOrder, atOnce);
        Assert.Equal(inOrder.Count, inOrder.Select(Convert.ToHexString).Distinct().Count());
    }

    [Fact]
    public void Images_come_class_by_class_and_a_limit_takes_images_of_every_class()
    {
        var source = Open("clipart", ("images", "3"), ("classes", "2"), ("size", "16"));
        Assert.Equal(["airplane", "apple"], source.Classes);
        Assert.Equal([0, 0, 0, 1, 1, 1], source.Labels.Single);
        Assert.Equal("apple/1", source.Names[4]);
        Assert.Equal(
            (16, 16, 16 * 16 * 3),
            (source.Read(0).Width, source.Read(0).Height, source.Read(0).Pixels.Length)
        );
        var first = ImageFormats.Open(new("synthetic", "", Options("clipart", ("images", "3"), ("classes", "3")), 5));
        Assert.Equal([0, 0, 1, 1, 2], first.Labels.Single);
        Assert.Equal(["airplane/0", "airplane/1", "apple/0", "apple/1", "bicycle/0"], first.Names);
        Assert.Equal(3, first.Classes.Length);
        Assert.Equal(16 * 100, Open("clipart").Labels.Count);
    }

    [Fact]
    public void Classes_are_in_ordinal_order() =>
        Assert.Equal(Open("photo").Classes.Order(StringComparer.Ordinal), Open("photo").Classes);

    [Theory]
    [MemberData(nameof(Styles))]
    public void More_images_or_more_classes_do_not_change_the_others(string style)
    {
        var (few, many) = (Open(style, ("images", "2"), ("classes", "3")), Open(style, ("images", "5")));
        for (var i = 0; i < few.Labels.Count; i++)
        {
            Assert.Equal(few.Read(i).Pixels, many.Read(many.Names.IndexOf(few.Names[i])).Pixels);
        }
    }

    [Fact]
    public void Splits_and_seeds_share_no_images()
    {
        var sets = new[]
        {
            Open("clipart"),
            Open("clipart", ("split", "train")),
            Open("clipart", ("seed", "1")),
            Open("clipart", ("split", "train"), ("seed", "1")),
        };
        var images = sets.SelectMany(set =>
            Enumerable.Range(0, 50).Select(i => Convert.ToHexString(set.Read(i).Pixels))
        );
        Assert.Equal(200, images.Distinct().Count());
    }

    [Fact]
    public void The_digest_depends_on_everything_that_determines_the_images()
    {
        string[] digests =
        [
            Open("photo").Digest,
            Open("clipart").Digest,
            Open("photo", ("split", "train")).Digest,
            Open("photo", ("seed", "1")).Digest,
            Open("photo", ("size", "64")).Digest,
            Open("photo", ("images", "99")).Digest,
            Open("photo", ("classes", "5")).Digest,
            ImageFormats.Open(new("synthetic", "", Options("photo"), 7)).Digest,
        ];
        Assert.Equal(digests.Length, digests.Distinct().Count());
        Assert.Equal(
            digests[0],
            Open("photo", ("split", "test"), ("seed", "0"), ("size", "32"), ("images", "100"), ("classes", "16")).Digest
        );
    }

    // These means change when the drawing changes, but not between machines.
    [Theory]
    [InlineData("photo", 120.186)]
    [InlineData("clipart", 201.441)]
    [InlineData("quickdraw", 228.082)]
    [InlineData("noise", 127.5, 0.5)]
    public void The_drawings_are_those_of_version_1(string style, double mean, double within = 0.05)
    {
        var source = Open(style, ("images", "3"));
        Assert.Equal(
            mean,
            Enumerable.Range(0, source.Labels.Count).Average(i => source.Read(i).Pixels.Average(value => value)),
            within
        );
    }

    // Nearest class mean of the mean colour. Far above chance (1 in 16), colour would give the class away.
    [Theory]
    [MemberData(nameof(Styles))]
    public void The_mean_colour_does_not_give_the_class_away(string style) =>
        Assert.InRange(NearestMean(style, MeanColour), 0, 0.2);

    // The same with edges of the grey image: above chance, since there is something to learn.
    [Theory]
    [InlineData("photo")]
    [InlineData("clipart")]
    [InlineData("quickdraw")]
    public void Shape_predicts_the_class(string style) => Assert.InRange(NearestMean(style, Edges), 0.14, 0.9);

    // Chance is 1 in 16; 320 test images move it by 0.014.
    [Fact]
    public void Noise_does_not_predict_the_class() => Assert.InRange(NearestMean("noise", Edges), 0.02, 0.105);

    [Theory]
    [InlineData("style", "oil", "write photo, clipart, quickdraw or noise")]
    [InlineData("size", "4", "an integer from 8 to 1024")]
    [InlineData("classes", "17", "an integer from 2 to 16")]
    [InlineData("classes", "1", "an integer from 2 to 16")]
    [InlineData("images", "many", "'many'")]
    [InlineData("seed", "-1", "'seed'")]
    [InlineData("hue", "1", "'hue'")]
    [InlineData("split", "both", "train, validation or test")]
    public void An_invalid_option_is_reported(string name, string value, string because) =>
        Assert.Contains(because, Assert.Throws<InputException>(() => Open("photo", (name, value))).Message);

    [Fact]
    public void The_style_is_required() =>
        Assert.Contains(
            "needs the option 'style'; set it to photo, clipart, quickdraw or noise",
            Assert.Throws<InputException>(() => ImageFormats.Open(new("synthetic", "", SourceOptions.None))).Message
        );

    [Property(MaxTest = 30)]
    public bool Any_seed_draws_any_class(ushort seed)
    {
        var source = Open(seed % 2 == 0 ? "photo" : "quickdraw", ("seed", $"{seed}"), ("images", "1"), ("size", "8"));
        return Enumerable.Range(0, 16).All(i => source.Read(i).Pixels.Distinct().Count() > 2);
    }

    private static double NearestMean(string style, Func<byte[], double[]> features)
    {
        var (train, test) = (Open(style, ("split", "train"), ("images", "40")), Open(style, ("images", "20")));
        double[][] Features(IImageSource source) =>
            [.. Enumerable.Range(0, source.Labels.Count).Select(i => features(source.Read(i).Pixels))];
        var means = Features(train)
            .Chunk(40)
            .Select(images => images[0].Select((_, k) => images.Average(image => image[k])).ToArray())
            .ToList();
        return Features(test)
            .Select(
                (image, i) =>
                    means.MinBy(mean => mean.Zip(image, (a, b) => (a - b) * (a - b)).Sum())
                    == means[test.Labels.Single[i]]
                        ? 1.0
                        : 0.0
            )
            .Average();
    }

    private static double[] MeanColour(byte[] pixels) =>
        [.. Enumerable.Range(0, 3).Select(c => pixels.Where((_, i) => i % 3 == c).Average(value => value))];

    // Mean steepness of the grey image along both axes in each of 4 x 4 cells.
    private static double[] Edges(byte[] pixels)
    {
        var grey = pixels.Chunk(3).Select(pixel => (pixel[0] + pixel[1] + pixel[2]) / 765.0).ToArray();
        var steep = new double[32];
        for (var i = 0; i < 31 * 31; i++)
        {
            var (y, x) = (i / 31, i % 31);
            steep[(y / 8 * 4) + (x / 8)] += Math.Abs(grey[(32 * y) + x] - grey[(32 * y) + x + 1]) / 10;
            steep[16 + (y / 8 * 4) + (x / 8)] += Math.Abs(grey[(32 * y) + x] - grey[(32 * y) + 32 + x]) / 10;
        }

        return steep;
    }
}
