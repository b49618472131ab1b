using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Tests.Settings;

public class NormalizationUnitsTests
{
    [Theory]
    [InlineData("123.675,116.28,103.53/58.395,57.12,57.375", "imagenet")]
    [InlineData("0,0,0/255,255,255", "none")]
    [InlineData("127.5,127.5,127.5/127.5,127.5,127.5", "inception")]
    [InlineData("0.485,0.456,0.406/0.229,0.224,0.225", "imagenet")]
    [InlineData("0,0,0/2,2,2", "0,0,0/2,2,2")]
    public void Numbers_of_pixels_from_0_to_255_are_understood(string text, string same) =>
        Assert.Equal(same, Normalization.Parse(text).ToString());

    [Fact]
    public void That_numbers_were_divided_is_noted() =>
        Assert.Equal(
            "The normalization 127.5,127.5,127.5/127.5,127.5,127.5 is of pixels from 0 to 255 and was divided by 255: "
                + "inception.",
            Normalization.NoteOfUnits("127.5,127.5,127.5/127.5,127.5,127.5")
        );

    [Theory]
    [InlineData("imagenet")]
    [InlineData("0.485,0.456,0.406/0.229,0.224,0.225")]
    public void Numbers_that_were_not_divided_need_no_note(string text) =>
        Assert.Null(Normalization.NoteOfUnits(text));

    [Theory]
    [InlineData("bgr:102,51,0/1,1,1", "bgr:0.4,0.2,0/0.003921568627,0.003921568627,0.003921568627")]
    [InlineData("bgr:0.4,0.2,0/0.5,0.6,0.7", "bgr:0.4,0.2,0/0.5,0.6,0.7")]
    public void Numbers_may_be_those_of_blue_green_and_red(string text, string same)
    {
        var read = Normalization.Parse(text);
        Assert.Equal(same, read.ToString());
        Assert.True(read.IsBlueFirst);
        Assert.Equal([0, 0.2, 0.4], read.Mean);
        Assert.Equal(read, Normalization.Parse(same));
        Assert.NotEqual(read, read with { IsBlueFirst = false });
        Assert.Contains("1 channels", Assert.Throws<InputException>(() => read.ForChannels(1)).Message);
    }

    [Theory]
    [InlineData("ImageNet", "imagenet")]
    [InlineData("CLIP", "clip")]
    [InlineData(" None", "none")]
    public void Names_are_read_in_upper_and_lower_case(string text, string name) =>
        Assert.Equal(name, Normalization.Parse(text).ToString());

    [Fact]
    public void The_nearest_name_is_named() =>
        Assert.StartsWith(
            "The normalization 'image_net' is invalid; did you mean imagenet? Or write imagenet, ",
            Assert.Throws<InputException>(() => Normalization.Parse("image_net")).Message
        );

    [Theory]
    [InlineData("0.485,0.456,0.406/58.395,57.12,57.375")]
    [InlineData("123.675,116.28,103.53/0.229,0.224,0.225")]
    [InlineData("300,300,300/60,60,60")]
    public void Numbers_of_two_units_are_refused(string text) =>
        Assert.Contains(
            "mixes numbers of pixels",
            Assert.Throws<InputException>(() => Normalization.Parse(text)).Message
        );
}
