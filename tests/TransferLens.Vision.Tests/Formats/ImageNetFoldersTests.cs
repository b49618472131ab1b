using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Tests.Formats;

public sealed class ImageNetFoldersTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private void Touch(params string[] names)
    {
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            File.WriteAllText(folder[name], name);
        }
    }

    private IImageSource Open(string place = "", string? split = null) =>
        ImageFormats.Open(
            new(
                "imagenet",
                Path.GetFullPath(place, folder.Path),
                split is null ? SourceOptions.None : SourceOptions.None.Add("split", split)
            )
        );

    private string Refused(string place = "", string? split = null) =>
        Assert.Throws<InputException>(() => Open(place, split)).Message;

    [Fact]
    public void Classes_are_the_synsets_in_order_and_val_is_the_test_split()
    {
        Touch(
            "train/n02006656/n02006656_1.JPEG",
            "train/n01440764/n01440764_10.JPEG",
            "train/n01440764/n01440764_9.JPEG",
            "train/n01440764/notes.txt"
        );
        Touch(
            "val/n02006656/ILSVRC2012_val_00000002.JPEG",
            "val/n01440764/ILSVRC2012_val_00000001.JPEG",
            "LOC_synset_mapping.txt"
        );
        var train = Open(split: "train");
        Assert.Equal(["n01440764", "n02006656"], train.Classes);
        Assert.Equal([0, 0, 1], train.Labels.Single);
        Assert.Equal("n01440764/n01440764_10.JPEG", train.Names[0]);
        Assert.Equal(
            ["n01440764/ILSVRC2012_val_00000001.JPEG", "n02006656/ILSVRC2012_val_00000002.JPEG"],
            Open().Names
        );
        Assert.Equal(Open().Digest, Open("val", split: "train").Digest); // one of the two folders is that folder
        Assert.Equal(train.Digest, Open("train").Digest);
    }

    [Fact]
    public void A_missing_folder_is_answered_with_the_layout_of_the_data_set()
    {
        Touch("train/n01440764/1.JPEG", "val/ILSVRC2012_val_00000001.JPEG");
        Assert.Contains("only images that are in no class folder", Refused()); // as the archive unpacks
        foreach (var message in new[] { Refused("nowhere"), Refused() })
        {
            Assert.Contains(
                "unpack ILSVRC2012_img_train.tar there to train/n01440764/NAME.JPEG and ILSVRC2012_img_val.tar to",
                message
            );
        }
    }

    [Fact]
    public void A_folder_that_is_not_named_by_a_synset_is_refused()
    {
        Touch("val/n01440764/1.JPEG", "val/extra/1.JPEG");
        Assert.Contains($"'{folder["val", "extra"]}' is not named by a synset", Refused());
    }
}
