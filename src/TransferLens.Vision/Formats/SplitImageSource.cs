using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;
using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Formats;

/// <summary>
/// One part of images that are divided at random, class by class: of each class' n images, in the order of NumPy's
/// <c>RandomState(seed).permutation(n)</c>, the classes one after another, the first round(n x test) are test images,
/// the next round(n x validation) validation images, and the others training images. A half is rounded up. Each part
/// gets at least one image of each class.
/// </summary>
/// <remarks>
/// For multi-label images, each combination of labels counts as a class; combinations with too few images to divide are
/// divided together.
/// </remarks>
internal sealed class SplitImageSource : IImageSource
{
    private readonly IImageSource source;
    private readonly DataSplit split;
    private readonly ImmutableArray<int> images;

    /// <summary>Divides the images.</summary>
    /// <exception cref="InputException">A class has fewer images than there are parts.</exception>
    public SplitImageSource(IImageSource source, DataSplit split)
    {
        (this.source, this.split) = (source, split);
        var random = new NumpyRandom((uint)split.Seed);
        images = [.. Groups().SelectMany(group => Part(group, random)).Order()];
        Labels = source.Labels.At(images);
        Names = [.. images.Select(image => source.Names[image])];
    }

    public ImmutableArray<string> Classes => source.Classes;

    public ImageLabels Labels { get; }

    public ImmutableArray<string> Names { get; }

    public ImmutableArray<LeftOutFiles> LeftOut => split.Part == DataPart.Train ? source.LeftOut : [];

    public ImmutableArray<string> Remarks => split.Part == DataPart.Train ? source.Remarks : [];

    public ImmutableArray<ulong> Contents =>
        source.Contents is { IsEmpty: false } all ? [.. images.Select(image => all[image])] : [];

    public string Digest =>
        field ??= Convert.ToHexStringLower(
            SHA256.HashData(
                JsonSerializer.SerializeToUtf8Bytes<string[]>([
                    "split 1",
                    $"{split.Part}",
                    split.Test.ToString("R", CultureInfo.InvariantCulture),
                    split.Validation.ToString("R", CultureInfo.InvariantCulture),
                    $"{split.Seed}",
                    source.Digest,
                ])
            )
        );

    public DecodedImage Read(int index) => source.Read(images[index]);

    private int Parts => split.Validation > 0 ? 3 : 2;

    private IEnumerable<List<int>> Groups()
    {
        var all = Enumerable.Range(0, source.Labels.Count);
        if (source.Labels.IsMultiLabel)
        {
            var groups = all.GroupBy(source.Labels.Marks).OrderBy(group => group.Key, StringComparer.Ordinal);
            var large = groups.ToLookup(group => group.Count() >= Parts);
            var together = large[false].SelectMany(group => group).Order().ToList();
            return [.. large[true].Select(group => group.ToList()), together];
        }

        var classes = all.ToLookup(image => source.Labels.Single[image]);
        return Enumerable.Range(0, Classes.Length).Select(label => Enough(label, [.. classes[label]]));
    }

    private List<int> Enough(int label, List<int> group) =>
        group.Count == 0 || group.Count >= Parts
            ? group
            : throw new InputException(
                $"The class '{Classes[label]}' has {group.Count} image(s), which cannot be divided into {Parts} "
                    + "parts; add "
                    + "images, or remove the class."
            );

    private IEnumerable<int> Part(List<int> group, NumpyRandom random)
    {
        var order = random.Permutation(group.Count);
        var (test, validation) = Counts(group.Count);
        var (from, count) = split.Part switch
        {
            DataPart.Test => (0, test),
            DataPart.Validation => (test, validation),
            _ => (test + validation, group.Count - test - validation),
        };
        return order.Skip(from).Take(count).Select(position => group[position]);
    }

    private (int Test, int Validation) Counts(int count)
    {
        if (count < Parts)
        {
            return (0, 0);
        }

        var validation = split.Validation > 0 ? Math.Max(1, Rounded(count * split.Validation)) : 0;
        var test = Math.Clamp(Rounded(count * split.Test), 1, Math.Max(1, count - validation - 1));
        return (test, Math.Min(validation, count - test - 1));
    }

    private static int Rounded(double value) => (int)Math.Floor(value + 0.5);
}
