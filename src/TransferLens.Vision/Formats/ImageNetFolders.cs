using System.Collections.Immutable;
using System.Text.RegularExpressions;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>
/// ImageNet (ILSVRC 2012) in class folders named by synset, <c>train/n01440764/*.JPEG</c> and <c>val/n01440764/*.JPEG</c>;
/// class k is the k-th synset in ordinal order, as torchvision's <c>ImageFolder</c> and published weights have it.
/// Source: Russakovsky et al. 2015.
/// </summary>
internal sealed partial class ImageNetFolders : IImageSource
{
    private readonly ImageFolder images;

    /// <summary>Lists one split; the location is the folder of both, or one of the two.</summary>
    /// <exception cref="InputException">A folder is missing, or is not named by a synset; the message says what to put where.</exception>
    public ImageNetFolders(DataSource source)
    {
        source.Allow();
        var folder = HasSynsets(source.Location)
            ? source.Location
            : Path.Combine(source.Location, source.IsTraining() ? "train" : "val");
        if (!Directory.Exists(folder))
        {
            throw new InputException(
                $"The ImageNet folder '{folder}' does not exist; {DataFormats.Layout("imagenet")}."
            );
        }

        if (!HasSynsets(folder))
        {
            // The validation archive unpacks to 50,000 images in one folder, whose classes only the development kit tells.
            throw new InputException(
                $"The ImageNet folder '{folder}' has no folder named by a synset such as n01440764{(Directory.EnumerateFiles(folder).Any() ? ", but images lie in it by themselves" : "")}; {DataFormats.Layout("imagenet")}."
            );
        }

        images = new(source with { Location = folder });
        if (Classes.FirstOrDefault(name => !Synset().IsMatch(name)) is { } other)
        {
            throw new InputException(
                $"The folder '{Path.Combine(folder, other)}' is not named by a synset such as n01440764; move it elsewhere, or read the images as image_folder."
            );
        }
    }

    public ImmutableArray<string> Classes => images.Classes;

    public ImageLabels Labels => images.Labels;

    public ImmutableArray<string> Names => images.Names;

    public string Digest => images.Digest;

    public DecodedImage Read(int index) => images.Read(index);

    private static bool HasSynsets(string folder) =>
        Directory.Exists(folder)
        && Directory.EnumerateDirectories(folder).Any(path => Synset().IsMatch(Path.GetFileName(path)));

    [GeneratedRegex("^n[0-9]{8}$", RegexOptions.CultureInvariant)]
    private static partial Regex Synset();
}
