using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Tests.Formats;

public class AlignedImageSourceTests
{
    private sealed record Source(ImmutableArray<string> Classes, ImageLabels Labels) : IImageSource
    {
        public ImmutableArray<string> Names => [.. Enumerable.Range(0, Labels.Count).Select(i => $"{i}")];

        public string Digest => "d";

        public DecodedImage Read(int index) => new(1, 1, [(byte)index, 0, 0]);
    }

    private static readonly Source Test = new(["bird", "dog"], ImageLabels.SingleLabel([1, 0, 1]));

    [Fact]
    public void Labels_are_indices_into_the_training_classes()
    {
        var aligned = AlignedImageSource.Create(Test, ["bird", "cat", "dog"]);
        Assert.Equal([2, 0, 2], aligned.Labels.Single);
        Assert.Equal(["bird", "cat", "dog"], aligned.Classes);
        Assert.Equal(Test.Names, aligned.Names);
        Assert.Equal(1, aligned.Read(1).Pixels[0]);
    }

    [Fact]
    public void A_class_without_training_images_is_named()
    {
        var error = Assert.Throws<InputException>(() => AlignedImageSource.Create(Test, ["bird", "cat"]));
        Assert.Contains("'dog' is in the test images but not in the training images", error.Message);
    }

    [Fact]
    public void Multi_labels_follow_their_names_and_none_may_be_missing()
    {
        var test = new Source(["bird", "dog"], ImageLabels.MultiLabel(2, [true, false, true, true]));
        Assert.Equal(
            ImageLabels.MultiLabel(2, [false, true, true, true]),
            AlignedImageSource.Create(test, ["dog", "bird"]).Labels
        );
        Assert.Contains(
            "'cat' is in the training images but not in the test images",
            Assert.Throws<InputException>(() => AlignedImageSource.Create(test, ["bird", "cat", "dog"])).Message
        );
    }

    [Fact]
    public void The_digest_covers_the_list_of_classes() =>
        Assert.Equal(
            3,
            new[]
            {
                Test.Digest,
                AlignedImageSource.Create(Test, ["bird", "dog"]).Digest,
                AlignedImageSource.Create(Test, ["bird", "cat", "dog"]).Digest,
            }
                .Distinct()
                .Count()
        );
}
