using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Tests.Formats;

public class ImageFormatsTests
{
    private static readonly IntegerOption Grey = new("grey", "The value of every pixel; 0 by default.", 0, 255);

    // A format of a user's program: two images of one grey.
    private sealed class GreyFormat : ImageFormat
    {
        public override string Name => "grey";

        public override string Summary => "Two grey images.";

        public override PathKind? Location => PathKind.Folder;

        public override ImmutableArray<DataOption> Options => [Grey];

        public override IImageSource Open(DataSource source) => new GreyImages((byte)(source.Value(Grey) ?? 0));
    }

    private sealed class GreyImages(byte grey) : IImageSource
    {
        public ImmutableArray<string> Classes => ["black", "white"];

        public ImageLabels Labels => ImageLabels.SingleLabel([0, 1]);

        public ImmutableArray<string> Names => ["0", "1"];

        public string Digest => $"{grey}";

        public DecodedImage Read(int index) => new(1, 1, [grey, grey, grey]);
    }

    private static readonly ImmutableArray<ImageFormat> WithGrey = [.. ImageFormats.All, new GreyFormat()];

    [Fact]
    public void A_format_of_the_users_own_is_read_from_a_study_and_opened()
    {
        using var folder = new StudyFolder(WithGrey);
        var study = folder.Read(
            StudyFolder.Plain.Replace(
                "format: image_folder,",
                "format: grey, grey: 7, limit: 1,",
                StringComparison.Ordinal
            )
        );
        var images = ImageFormats.Open(study.Targets[0].Value.Train, WithGrey);
        Assert.Equal(1, images.Labels.Count);
        Assert.Equal([7, 7, 7], images.Read(0).Pixels);
    }

    [Fact]
    public void Its_options_are_checked_as_it_declares_them()
    {
        using var folder = new StudyFolder(WithGrey);
        var study = StudyFolder.Plain.Replace("image_folder,", "grey, grey: 300,", StringComparison.Ordinal);
        Assert.Contains("targets.cartoon.grey must be at most 255, but is 300", folder.Error(study));

        var source = new DataSource("grey", "/", SourceOptions.None.Add("grey", "300"));
        var message = Assert.Throws<InputException>(() => ImageFormats.Open(source, WithGrey)).Message;
        Assert.Equal("The option 'grey' of the format 'grey' is '300'; write an integer from 0 to 255.", message);
    }

    [Fact]
    public void A_format_that_is_not_in_the_list_is_unknown()
    {
        var source = new DataSource("grey", "/", SourceOptions.None);
        Assert.StartsWith(
            "The image format 'grey' is unknown; ",
            Assert.Throws<InputException>(() => ImageFormats.Open(source)).Message
        );
    }

    [Fact]
    public void Names_are_unique() =>
        Assert.Equal(ImageFormats.All.Length, ImageFormats.All.Select(format => format.Name).Distinct().Count());
}
