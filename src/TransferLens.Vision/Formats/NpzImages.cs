using System.Collections.Immutable;
using System.IO.Compression;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>
/// Images and labels in a <c>.npz</c> file: uint8 (n, height, width), (n, height, width, 1 or 3) or (n, 3, height,
/// width), and integer labels (n) or (n, 1); labels (n, k) with k above 1 are 0 or 1 for each of k labels of
/// multi-label images. Source of the names: MedMNIST (Yang et al. 2023), Keras' <c>mnist.npz</c>.
/// </summary>
internal sealed class NpzImages : IImageSource
{
    // Deflate cannot pack more than 1032 bytes into one, so an entry that claims more is false.
    private const int MaximumCompression = 1040;
    private const int MostClasses = 100_000;

    private readonly string path;
    private readonly NpyArray images;
    private readonly (int Channels, int Height, int Width, bool ChannelsFirst) form;

    /// <summary>Reads both arrays of the part.</summary>
    /// <exception cref="InputException">An array is missing, damaged or of another form; or the counts
    /// differ.</exception>
    public NpzImages(DataSource source)
    {
        path = source.Location;
        if (!File.Exists(path))
        {
            throw new InputException($"The file '{path}' does not exist; give a .npz file.");
        }

        (images, var labels) = source.Reading(() => Read(source));
        form = Form(images);
        var count = images.Shape[0];
        if (labels.Shape.Length is < 1 or > 2 || labels.Shape[0] != count || count == 0)
        {
            throw new InputException(
                $"'{path}' has {count} images, but labels of the shape ({string.Join(", ", labels.Shape)}); "
                    + "give one label, or one row of labels, per image."
            );
        }

        (Classes, Labels) = labels.Shape is [_, > 1] ? MultiLabels(labels) : SingleLabels(labels);
        Names = ClassOrder.Numbered(count);
    }

    public ImmutableArray<string> Classes { get; }

    public ImageLabels Labels { get; }

    public ImmutableArray<string> Names { get; }

    public ImmutableArray<ulong> Contents =>
        field.IsDefault ? field = [.. Enumerable.Range(0, Labels.Count).Select(i => ContentHash.Of(Values(i)))] : field;

    public string Digest =>
        field ??= FileDigest
            .Compute(
                Path.GetDirectoryName(path)!,
                [Path.GetFileName(path)],
                ["npz", .. Classes, .. Contents.Select(content => $"{content:x}"), .. LabelTexts()]
            )
            .Digest;

    public DecodedImage Read(int index)
    {
        var (channels, height, width, channelsFirst) = form;
        var values = Values(index);
        var (pixels, area) = (new byte[height * width * 3], height * width);
        for (var i = 0; i < pixels.Length; i++)
        {
            var (pixel, channel) = (i / 3, channels == 1 ? 0 : i % 3);
            pixels[i] = values[channelsFirst ? (channel * area) + pixel : (pixel * channels) + channel];
        }

        return new(width, height, pixels);
    }

    private ReadOnlySpan<byte> Values(int index)
    {
        var bytes = form.Channels * form.Height * form.Width;
        return images.Bytes.AsSpan(index * bytes, bytes);
    }

    private IEnumerable<string> LabelTexts() =>
        Enumerable.Range(0, Labels.Count).Select(image => string.Join(';', Labels.ClassesOf(image)));

    private (NpyArray Images, NpyArray Labels) Read(DataSource source)
    {
        DataFile.Check(path);
        using var archive = ZipFile.OpenRead(path);
        var names = archive.Entries.Select(entry => entry.FullName).Where(name => name.EndsWith(".npy")).ToList();
        var arrays = names.ConvertAll(name => name[..^4]);
        var images = source.Value(NpzFormat.ImagesArray) ?? Default(source.Part(), arrays);
        var labels = source.Value(NpzFormat.LabelsArray) ?? LabelsOf(images);
        return (Array(archive, images, arrays), Array(archive, labels, arrays));
    }

    private string Default(DataPart part, List<string> arrays)
    {
        string[] words = part switch
        {
            DataPart.Train => ["train_images", "x_train", "images"],
            DataPart.Validation => ["val_images", "x_val", "images"],
            _ => ["test_images", "x_test", "images"],
        };
        return System.Array.Find(words, arrays.Contains)
            ?? throw new InputException(
                $"'{path}' has the arrays {List(arrays)} but none named {string.Join(", ", words[..^1])} or "
                    + $"{words[^1]}; name its images with the option images_array and its labels with labels_array."
            );
    }

    private static string LabelsOf(string images) =>
        images.StartsWith("x_", StringComparison.Ordinal)
            ? $"y_{images[2..]}"
            : images.Replace("images", "labels", StringComparison.Ordinal);

    private NpyArray Array(ZipArchive archive, string name, List<string> arrays)
    {
        var entry = archive.GetEntry($"{name}.npy")
            ?? throw new InputException($"'{path}' has no array '{name}' but {List(arrays)}; name one of these.");
        if (entry.Length > entry.CompressedLength * (double)MaximumCompression || entry.Length > System.Array.MaxLength)
        {
            throw new InputException(
                $"The array '{name}' in '{path}' claims {entry.Length} bytes; at most {System.Array.MaxLength} can "
                    + "be read, "
                    + "so give fewer images in a file."
            );
        }

        using var stream = entry.Open();
        return NpyArray.Read(stream, entry.Length, $"{name} in {path}");
    }

    private static string List(List<string> arrays) =>
        string.Join(", ", arrays.Take(20).Select(name => Sentence.Short(name)));

    private (int Channels, int Height, int Width, bool ChannelsFirst) Form(NpyArray array)
    {
        if (array.Type is "u1")
        {
            switch (array.Shape)
            {
                case [_, > 0 and var height, > 0 and var width]:
                    return Checked(1, height, width, false);
                case [_, > 0 and var height, > 0 and var width, (1 or 3) and var channels]:
                    return Checked(channels, height, width, false);
                case [_, 3, > 0 and var height, > 0 and var width]:
                    return Checked(3, height, width, true);
            }
        }

        throw new InputException(
            $"The images in '{path}' are of the type {array.Type} and the shape ({string.Join(", ", array.Shape)}); "
                + "save them as uint8 (n, height, width) or (n, height, width, 3)."
        );
    }

    private (int, int, int, bool) Checked(int channels, int height, int width, bool first)
    {
        ImageFile.CheckPixels(path, width, height);
        return (channels, height, width, first);
    }

    private (ImmutableArray<string> Classes, ImageLabels Labels) SingleLabels(NpyArray array)
    {
        var labels = Enumerable.Range(0, array.Shape[0]).Select(i => array[i]).ToList();
        var wrong = labels.FindIndex(label => label is < 0 or >= MostClasses);
        return wrong < 0
            ? (
                ClassOrder.Numbered((int)labels.Max() + 1),
                ImageLabels.SingleLabel([.. labels.Select(label => (int)label)])
            )
            : throw new InputException(
                $"The labels in '{path}' are from {labels.Min()} to {labels.Max()}, the first wrong one being "
                    + $"{labels[wrong]} of image {wrong}; write integers from 0, below {MostClasses}, and leave out "
                    + "images without a label."
            );
    }

    private (ImmutableArray<string> Classes, ImageLabels Labels) MultiLabels(NpyArray array)
    {
        var (count, classes) = (array.Shape[0], array.Shape[1]);
        var present = ImmutableArray.CreateBuilder<bool>(count * classes);
        for (var i = 0; i < count * classes; i++)
        {
            present.Add(
                array[i] is 0 or 1
                    ? array[i] == 1
                    : throw new InputException(
                        $"The labels of image {i / classes} in '{path}' contain {array[i]}; write 1 for each label "
                            + "that the "
                            + "image has and 0 for others."
                    )
            );
        }

        return (ClassOrder.Numbered(classes), ImageLabels.MultiLabel(classes, present.MoveToImmutable()));
    }
}
