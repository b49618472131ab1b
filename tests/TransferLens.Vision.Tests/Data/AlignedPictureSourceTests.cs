using System.Collections.Immutable;
using TransferLens.Data;

namespace TransferLens.Tests;

public class AlignedPictureSourceTests
{
    private sealed record Source(ImmutableArray<string> Classes, ImmutableArray<int> Labels) : IPictureSource
    {
        public ImmutableArray<string> Names => [.. Labels.Select((_, i) => $"{i}")];

        public string Digest => "d";

        public DecodedPicture Read(int index) => new(1, 1, [(byte)index, 0, 0]);
    }

    private static readonly Source Test = new(["bird", "dog"], [1, 0, 1]);

    [Fact]
    public void Labels_count_the_training_classes()
    {
        var aligned = new AlignedPictureSource(Test, ["bird", "cat", "dog"]);
        Assert.Equal([2, 0, 2], aligned.Labels);
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
    public void The_digest_covers_the_list_of_classes() => Assert.Equal(
        3, new[] { Test.Digest, new AlignedPictureSource(Test, ["bird", "dog"]).Digest, new AlignedPictureSource(Test, ["bird", "cat", "dog"]).Digest }.Distinct().Count());
}
