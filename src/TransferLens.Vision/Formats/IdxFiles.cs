using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>
/// A pair of IDX files as MNIST's: grey images and their labels, each gzipped or not. Source: LeCun, Cortes, Burges,
/// http://yann.lecun.com/exdb/mnist/.
/// </summary>
internal sealed class IdxFiles : IImageSource
{
    private readonly string folder;
    private readonly ImmutableArray<string> files;
    private readonly IdxArray images;

    /// <summary>Reads both files; <see cref="DataSource.Location"/> is the file of images or the folder of both.</summary>
    /// <exception cref="InputException">A file is missing or is not what its header says, or the counts differ.</exception>
    public IdxFiles(DataSource source)
    {
        source.Allow();
        var isFile = File.Exists(source.Location);
        folder = isFile ? Path.GetDirectoryName(source.Location)! : source.Location;
        var imageFile = isFile ? Path.GetFileName(source.Location) : Find(source);
        files = [imageFile, LabelsOf(imageFile)];
        images = source.Reading(() => IdxArray.Read(Path.Combine(folder, files[0]), dimensions: 3));
        var labels = source.Reading(() => IdxArray.Read(Path.Combine(folder, files[1]), dimensions: 1));
        if (images.Shape[0] != labels.Shape[0])
        {
            throw new InputException(
                $"'{Path.Combine(folder, files[0])}' holds {images.Shape[0]} images, but '{files[1]}' beside it {labels.Shape[0]} labels; give files that belong together."
            );
        }

        Classes = [.. Enumerable.Range(0, labels.Values.Max() + 1).Select(i => $"{i}")];
        Labels = ImageLabels.One([.. labels.Values.Select(label => (int)label)]);
        Names = [.. Enumerable.Range(0, Labels.Count).Select(i => $"{i}")];
    }

    public ImmutableArray<string> Classes { get; }

    public ImageLabels Labels { get; }

    public ImmutableArray<string> Names { get; }

    public string Digest => field ??= FileDigest.Of(folder, files, ["idx", $"{Labels.Count}", .. Classes]);

    public DecodedImage Read(int index)
    {
        var (height, width) = (images.Shape[1], images.Shape[2]);
        var grey = images.Values.AsSpan(index * height * width, height * width);
        var pixels = new byte[3 * grey.Length];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = grey[i / 3];
        }

        return new(width, height, pixels);
    }

    private static string Find(DataSource source)
    {
        if (!Directory.Exists(source.Location))
        {
            throw new InputException(
                $"The IDX file or folder '{source.Location}' does not exist; give the file of images or the folder of both files."
            );
        }

        string[] beginnings = source.IsTraining() ? ["train"] : ["t10k", "test"];
        var names = Directory
            .GetFiles(source.Location)
            .Select(path => Path.GetFileName(path)!)
            .Where(name => name.Contains("images"))
            .Order(StringComparer.Ordinal)
            .ToList();
        return beginnings
            .Select(beginning => names.Find(name => name.StartsWith(beginning, StringComparison.Ordinal)))
            .FirstOrDefault(name => name is not null)
            ?? throw new InputException(
                $"The folder '{source.Location}' holds no file whose name begins with {string.Join(" or ", beginnings)} and contains images; give the file of images itself."
            );
    }

    // The labels may be gzipped where the images are not, and the other way round.
    private string LabelsOf(string images)
    {
        if (!images.Contains("images"))
        {
            throw new InputException(
                $"The file name '{images}' does not contain images, so the file of labels cannot be found; name the two files as MNIST's are."
            );
        }

        var name = images.Replace("images", "labels").Replace("idx3", "idx1");
        var other = name.EndsWith(".gz", StringComparison.Ordinal) ? name[..^3] : name + ".gz";
        return new[] { name, other }.FirstOrDefault(file => File.Exists(Path.Combine(folder, file)))
            ?? throw new InputException(
                $"The labels '{name}' are missing beside '{Path.Combine(folder, images)}'; put the two files into one folder."
            );
    }
}
