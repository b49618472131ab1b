using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>The format <c>idx</c>.</summary>
internal sealed class IdxFormat : ImageFormat
{
    public override string Name => "idx";

    public override string Summary => "MNIST's pairs of IDX files: a file of images or the folder of both files.";

    public override PathKind? Location => PathKind.FileOrFolder;

    public override bool TakesSplit => true;

    public override IImageSource Open(DataSource source) => new IdxFiles(source);
}

/// <summary>
/// A pair of IDX files like MNIST's: grey images and their labels, each gzipped or not. Source: LeCun, Cortes, Burges,
/// http://yann.lecun.com/exdb/mnist/.
/// </summary>
internal sealed class IdxFiles : IImageSource
{
    private readonly LocatedFiles files;
    private readonly IdxArray images;

    /// <summary>
    /// Reads both files; <see cref="DataSource.Location"/> is the file of images or the folder of both.
    /// </summary>
    /// <exception cref="InputException">
    /// A file is missing or does not match its header, or the counts differ.
    /// </exception>
    public IdxFiles(DataSource source)
    {
        var found = LocatedFiles.Find(source, () => [Find(source)]);
        files = found with { Names = [found.Names[0], LabelFile(found)] };
        string[] paths = [.. files.Paths];
        images = source.Reading(() => IdxArray.Read(paths[0], dimensions: 3));
        var labels = source.Reading(() => IdxArray.Read(paths[1], dimensions: 1));
        var (imageCount, labelCount) = (images.Shape[0], labels.Shape[0]);
        if (imageCount != labelCount)
        {
            throw new InputException(
                $"'{paths[0]}' contains {imageCount} images, but '{files.Names[1]}' next to it "
                    + $"{labelCount} labels; give files that belong together."
            );
        }

        Classes = ClassOrder.Numbered(labels.Values.Max() + 1);
        Labels = ImageLabels.SingleLabel([.. labels.Values.Select(label => (int)label)]);
        Names = ClassOrder.Numbered(Labels.Count);
    }

    public ImmutableArray<string> Classes { get; }

    public ImageLabels Labels { get; }

    public ImmutableArray<string> Names { get; }

    public string Digest => field ??= files.Digest(["idx", $"{Labels.Count}", .. Classes]);

    public ImmutableArray<ulong> Contents =>
        field.IsDefault ? field = [.. Enumerable.Range(0, Labels.Count).Select(i => ContentHash.Of(Grey(i)))] : field;

    public DecodedImage Read(int index)
    {
        var (height, width) = (images.Shape[1], images.Shape[2]);
        var grey = Grey(index);
        var pixels = new byte[3 * grey.Length];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = grey[i / 3];
        }

        return new(width, height, pixels);
    }

    private ReadOnlySpan<byte> Grey(int index)
    {
        var area = images.Shape[1] * images.Shape[2];
        return images.Values.AsSpan(index * area, area);
    }

    private static string Find(DataSource source)
    {
        if (!Directory.Exists(source.Location))
        {
            throw new InputException(
                $"The IDX file or folder '{source.Location}' does not exist; "
                    + "give the file of images or the folder of both files."
            );
        }

        string[] prefixes = source.IsTraining() ? ["train"] : ["t10k", "test"];
        var names = Directory
            .GetFiles(source.Location)
            .Select(path => Path.GetFileName(path)!)
            .Where(name => name.Contains("images"))
            .Order(StringComparer.Ordinal)
            .ToList();
        return prefixes
            .Select(prefix => names.Find(name => name.StartsWith(prefix, StringComparison.Ordinal)))
            .FirstOrDefault(name => name is not null)
            ?? throw new InputException(
                $"The folder '{source.Location}' contains no file whose name starts with "
                    + $"{string.Join(" or ", prefixes)} and contains images; give the file of images itself."
            );
    }

    // Either file may be gzipped, whether or not the other one is.
    private static string LabelFile(LocatedFiles found)
    {
        var imageFile = found.Names[0];
        if (!imageFile.Contains("images"))
        {
            throw new InputException(
                $"The file name '{imageFile}' does not contain images, so its labels cannot be found; "
                    + "name the two files as MNIST's are."
            );
        }

        var name = imageFile.Replace("images", "labels").Replace("idx3", "idx1");
        var other = name.EndsWith(".gz", StringComparison.Ordinal) ? name[..^3] : name + ".gz";
        return new[] { name, other }.FirstOrDefault(file => File.Exists(found.PathOf(file)))
            ?? throw new InputException(
                $"The labels '{name}' are missing next to '{found.PathOf(imageFile)}'; "
                    + "put the two files into one folder."
            );
    }
}
