using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Tests.Formats;

public class SplitImageSourceTests
{
    private static readonly DataPart[] Parts = [DataPart.Test, DataPart.Validation, DataPart.Train];

    private sealed class Numbered(ImageLabels labels, int classes) : IImageSource
    {
        public ImmutableArray<string> Classes => [.. Enumerable.Range(0, classes).Select(i => $"class {i}")];

        public ImageLabels Labels => labels;

        public ImmutableArray<string> Names => [.. Enumerable.Range(0, labels.Count).Select(i => $"{i}")];

        public string Digest => "numbered";

        public DecodedImage Read(int index) => new(1, 1, [(byte)index, 0, 0]);
    }

    private static Numbered Classes(params int[] counts) =>
        new(
            ImageLabels.SingleLabel([.. counts.SelectMany((count, label) => Enumerable.Repeat(label, count))]),
            counts.Length
        );

    private static int[] Part(
        IImageSource source,
        DataPart part,
        double test = 0.2,
        double validation = 0.1,
        int seed = 7
    ) => [.. new SplitImageSource(source, new(part, test, validation, seed)).Names.Select(int.Parse)];

    [Fact]
    public void The_parts_are_those_of_NumPys_permutations()
    {
        var source = Classes(17, 10);
        foreach (var part in Parts)
        {
            var expected = DataFixture.Expected["split"]![part.ToString().ToLowerInvariant()]!.AsArray();
            Assert.Equal(expected.Select(number => (int)number!), Part(source, part));
        }
    }

    [Theory]
    [InlineData(0.2, 0.1)]
    [InlineData(0.01, 0.01)]
    [InlineData(0.9, 0.05)]
    [InlineData(0.5, 0)]
    public void Every_image_is_in_one_part_and_every_class_in_each(double test, double validation)
    {
        var source = Classes(100, 3, 41);
        var parts = Parts.Select(part => Part(source, part, test, validation)).ToArray();
        Assert.Equal(Enumerable.Range(0, 144), parts.SelectMany(part => part).Order());
        foreach (var part in parts.Where(part => part.Length > 0))
        {
            Assert.Equal([0, 1, 2], part.Select(image => source.Labels.Single[image]).Distinct());
        }
    }

    [Fact]
    public void Another_seed_and_another_part_are_other_images_with_another_digest()
    {
        var source = Classes(50, 50);
        Assert.NotEqual(Part(source, DataPart.Test), Part(source, DataPart.Test, seed: 8));
        string[] digests =
        [
            .. Parts.Select(part => new SplitImageSource(source, new(part, 0.2, 0.1, 7)).Digest),
            new SplitImageSource(source, new(DataPart.Test, 0.2, 0.1, 8)).Digest,
        ];
        Assert.Equal(4, digests.Distinct().Count());
    }

    [Fact]
    public void A_class_with_too_few_images_is_named() =>
        Assert.Contains(
            "The class 'class 1' has 2 image(s), which cannot be divided into 3 parts",
            Assert.Throws<InputException>(() => Part(Classes(10, 2), DataPart.Train)).Message
        );

    [Fact]
    public void Rare_combinations_of_labels_are_divided_together_and_none_is_lost()
    {
        bool[] rows =
        [
            .. Enumerable.Repeat((bool[])[true, false, false], 20).SelectMany(row => row),
            .. (bool[])[true, true, false, false, true, true, true, true, true, false, false, false],
        ];
        var source = new Numbered(ImageLabels.MultiLabel(3, [.. rows]), 3);
        var parts = Parts.Select(part => Part(source, part)).ToArray();
        Assert.Equal(Enumerable.Range(0, 24), parts.SelectMany(part => part).Order());
        Assert.Equal([5, 3, 16], parts.Select(part => part.Length));
    }
}
