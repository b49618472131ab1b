using System.Collections.Immutable;
using TransferLens.Data;

namespace TransferLens.Tests;

public class AlignedPictureSourceTests
{
    private sealed record Source(ImmutableArray<string> Classes, PictureLabels Labels) : IPictureSource
    {
        public ImmutableArray<string> Names => [.. Enumerable.Range(0, Labels.Count).Select(i => $"{i}")];

        public string Digest => "d";

        public DecodedPicture Read(int index) => new(1, 1, [(byte)index, 0, 0]);
    }

    private static readonly Source Test = new(["bird", "dog"], PictureLabels.One([1, 0, 1]));

    [Fact]
    public void Labels_count_the_training_classes()
    {
        var aligned = new AlignedPictureSource(Test, ["bird", "cat", "dog"]);
        Assert.Equal([2, 0, 2], aligned.Labels.Single);
        Assert.Equal(["bird", "cat", "dog"], aligned.Classes);
        Assert.Equal(Test.Names, aligned.Names);
        Assert.Equal(1, aligned.Read(1).Pixels[0]);
    }

    [Fact]
    public void A_class_without_training_pictures_is_named()
    {
        var error = Assert.Throws<InputException>(() => new AlignedPictureSource(Test, ["bird", "cat"]));
        Assert.Contains("'dog' is in the test pictures but not in the training pictures", error.Message);
    }

    [Fact]
    public void Several_labels_a_picture_follow_their_names_and_none_of_them_may_be_missing()
    {
        var test = new Source(["bird", "dog"], PictureLabels.Any(2, [true, false, true, true]));
        Assert.Equal(PictureLabels.Any(2, [false, true, true, true]), new AlignedPictureSource(test, ["dog", "bird"]).Labels);
        Assert.Contains("'cat' is in the training pictures but not in the test pictures", Assert.Throws<InputException>(() => new AlignedPictureSource(test, ["bird", "cat", "dog"])).Message);
    }

    [Fact]
    public void The_digest_covers_the_list_of_classes() => Assert.Equal(
        3, new[] { Test.Digest, new AlignedPictureSource(Test, ["bird", "dog"]).Digest, new AlignedPictureSource(Test, ["bird", "cat", "dog"]).Digest }.Distinct().Count());
}
