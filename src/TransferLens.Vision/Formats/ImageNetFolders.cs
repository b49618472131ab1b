using System.Collections.Immutable;
using System.Text.RegularExpressions;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>The format <c>imagenet</c>.</summary>
internal sealed class ImageNetFormat : ImageFormat
{
    internal const string Instructions =
        "from https://image-net.org, unpack ILSVRC2012_img_train.tar there to train/n01440764/NAME.JPEG and "
        + "ILSVRC2012_img_val.tar to val/n01440764/NAME.JPEG, with a folder for each synset in both";

    public override string Name => "imagenet";

    public override string Summary => "ImageNet's folders train and val, each with one folder per synset.";

    public override PathKind? Location => PathKind.Folder;

    public override bool TakesSplit => true;

    public override string? Layout => Instructions;

    public override IImageSource Open(DataSource source) => new ImageNetFolders(source);
}

/// <summary>
/// ImageNet (ILSVRC 2012) in class folders named by synset, <c>train/n01440764/*.JPEG</c> and
/// <c>val/n01440764/*.JPEG</c>. Class k is the k-th synset in ordinal order, as in torchvision's <c>ImageFolder</c> and
/// in published weights. Source: Russakovsky et al. 2015.
/// </summary>
internal sealed partial class ImageNetFolders : IImageSource
{
    private readonly ImageFolder images;

    /// <summary>Lists one split; the location is the folder that contains both splits, or the folder of one.</summary>
    /// <exception cref="InputException">
    /// A folder is missing or not named by a synset; the message explains the layout.
    /// </exception>
    public ImageNetFolders(DataSource source)
    {
        var folder = HasSynsets(source.Location)
            ? source.Location
            : Path.Combine(source.Location, source.IsTraining() ? "train" : "val");
        if (!Directory.Exists(folder))
        {
            throw new InputException($"The ImageNet folder '{folder}' does not exist; {ImageNetFormat.Instructions}.");
        }

        if (!HasSynsets(folder))
        {
            // The validation archive unpacks to 50,000 images in one folder; only the development kit has their
            // classes.
            var content = Directory.EnumerateFiles(folder).Any() ? ", only images that are in no class folder" : "";
            throw new InputException(
                $"The ImageNet folder '{folder}' contains no folder named by a synset such as n01440764{content}; "
                    + $"{ImageNetFormat.Instructions}."
            );
        }

        images = new(folder);
        if (Classes.FirstOrDefault(name => !Synset().IsMatch(name)) is { } other)
        {
            throw new InputException(
                $"The folder '{Path.Combine(folder, other)}' is not named by a synset such as n01440764; "
                    + "move it elsewhere, or read the images as image_folder."
            );
        }
    }

    public ImmutableArray<string> Classes => images.Classes;

    public ImageLabels Labels => images.Labels;

    public ImmutableArray<string> Names => images.Names;

    public string Digest => images.Digest;

    public ImmutableArray<LeftOutFiles> LeftOut => images.LeftOut;

    public ImmutableArray<ulong> Contents => images.Contents;

    public DecodedImage Read(int index) => images.Read(index);

    private static bool HasSynsets(string folder) =>
        Directory.Exists(folder)
        && Directory.EnumerateDirectories(folder).Any(path => Synset().IsMatch(Path.GetFileName(path)));

    [GeneratedRegex("^n[0-9]{8}$", RegexOptions.CultureInvariant)]
    private static partial Regex Synset();
}
