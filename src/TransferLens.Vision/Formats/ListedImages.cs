using System.Collections.Immutable;
using System.Text.RegularExpressions;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;

namespace TransferLens.Vision.Formats;

/// <summary>An image in a list of images.</summary>
/// <param name="Number">The number of its line in the list, from 1.</param>
/// <param name="Path">Its path as the list has it.</param>
internal sealed record ListedImage(int Number, string Path);

/// <summary>Checks the images of a list: that each file exists, and what is listed twice.</summary>
/// <param name="list">The list.</param>
/// <param name="root">The folder that paths in it are relative to.</param>
/// <param name="images">Its images, in its order.</param>
internal sealed partial class ListedImages(string list, string root, ImmutableArray<ListedImage> images)
{
    /// <summary>An image, by its position in the list.</summary>
    public ListedImage this[int position] => images[position];

    /// <summary>
    /// Positions of the images whose files exist; a broken link counts, and is reported when it is read.
    /// </summary>
    /// <param name="source">Says whether images may be missing.</param>
    /// <param name="advice">What to do about missing images, as the end of a sentence.</param>
    /// <exception cref="InputException">
    /// An image is missing, and may not be; or all are, or it is on the web. The first one and its line are named.
    /// </exception>
    public ImmutableArray<int> Existing(DataSource source, string advice)
    {
        var found = Enumerable.Range(0, images.Length).ToLookup(i => !IsMissing(images[i]));
        var missing = found[false].ToList();
        return missing.Count == 0 || (source.SkipsMissing && missing.Count < images.Length)
            ? [.. found[true]]
            : throw Missing(images[missing[0]], missing.Count, advice);
    }

    /// <summary>What images are left out by <see cref="Existing"/>.</summary>
    /// <param name="existing">Its result.</param>
    public ImmutableArray<LeftOutFiles> LeftOut(ImmutableArray<int> existing) =>
        existing.Length == images.Length ? [] : [new("missing images", images.Length - existing.Length)];

    /// <summary>The number of lines that list an image again, with the same label.</summary>
    /// <param name="labels">The label of each image, in words.</param>
    /// <param name="mayDiffer">Whether an image may be listed with several labels.</param>
    /// <exception cref="InputException">
    /// An image is listed with several labels, and may not be; both lines are named.
    /// </exception>
    public int CountRepeated(IReadOnlyList<string> labels, bool mayDiffer = false)
    {
        var (first, repeated) = (new Dictionary<string, int>(StringComparer.Ordinal), 0);
        for (var i = 0; i < images.Length; i++)
        {
            if (first.TryAdd(Full(images[i]), i))
            {
                continue;
            }

            var before = first[Full(images[i])];
            var isEqual = labels[before] == labels[i];
            repeated += isEqual ? 1 : 0;
            if (!isEqual && !mayDiffer)
            {
                throw new InputException(
                    $"The image '{images[i].Path}' has the label {labels[before]} in line {images[before].Number} of "
                        + $"'{list}' and {labels[i]} in line {images[i].Number}. Remove one of the lines."
                );
            }
        }

        return repeated;
    }

    /// <summary>The remark that images are listed again; null for none.</summary>
    public string? Remark(int repeated) =>
        repeated == 0
            ? null
            : $"{Path.GetFileName(list)} has {(repeated == 1 ? "1 repeated line" : $"{repeated:N0} repeated lines")}: "
                + "an image that an earlier line lists, with the same label. Each counts as an image.";

    private InputException Missing(ListedImage first, int count, string advice) =>
        Address().IsMatch(first.Path)
            ? new(
                $"Line {first.Number} of '{list}' has the web address '{Sentence.Short(first.Path)}', but images are "
                    + "not downloaded. Download them, and list their files."
            )
            : new(
                $"{count} of the {images.Length} images used from '{list}' do not exist, the first being "
                    + $"'{Path.Combine(root, first.Path)}' of line {first.Number}; {advice}."
            );

    private bool IsMissing(ListedImage image)
    {
        var path = Path.Combine(root, image.Path);
        return !File.Exists(path) && !BrokenLink.Is(path);
    }

    private string Full(ListedImage image)
    {
        var path = Path.Combine(root, image.Path);
        return path.Contains('\0', StringComparison.Ordinal) ? path : Path.GetFullPath(path);
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9+.-]+:/{2}", RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}
