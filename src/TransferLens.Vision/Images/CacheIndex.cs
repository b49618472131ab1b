using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TransferLens.Vision.Images;

/// <summary>The content of an image cache's <c>index.json</c>.</summary>
/// <param name="Version">
/// 1: single-label images, with <paramref name="Labels"/>. 2: multi-label images, with <see cref="Shown"/>.
/// </param>
/// <param name="Size">Side of the square images in pixels.</param>
/// <param name="Classes">Names of the classes.</param>
/// <param name="Labels">The class of each image; empty for multi-label images.</param>
/// <param name="Names">Name of each image.</param>
/// <param name="Skipped">Number of images that could not be decoded.</param>
internal sealed record CacheIndex(
    int Version,
    int Size,
    ImmutableArray<string> Classes,
    ImmutableArray<int> Labels,
    ImmutableArray<string> Names,
    int Skipped
)
{
    /// <summary>Number of images whose files have further frames or pages, which are not used.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int MoreFrames { get; init; }

    /// <summary>For multi-label images: a row of 0 and 1 per image.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<string>? Shown { get; init; }

    /// <summary>The index of images with these labels.</summary>
    public static CacheIndex Create(
        int size,
        ImmutableArray<string> classes,
        ImageLabels labels,
        ImmutableArray<string> names,
        int skipped
    ) =>
        labels.IsMultiLabel
            ? new(2, size, classes, [], names, skipped)
            {
                Shown = [.. Enumerable.Range(0, labels.Count).Select(labels.Marks)],
            }
            : new(1, size, classes, labels.Single, names, skipped);

    /// <summary>The labels of the images.</summary>
    public ImageLabels ToLabels() =>
        Shown is { } rows
            ? ImageLabels.MultiLabel(Classes.Length, [.. rows.SelectMany(row => row.Select(mark => mark == '1'))])
            : ImageLabels.SingleLabel(Labels);
}
