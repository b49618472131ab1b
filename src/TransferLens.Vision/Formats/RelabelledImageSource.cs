using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>Images whose labels are positions in another list of classes.</summary>
/// <param name="source">The images.</param>
/// <param name="classes">The list.</param>
/// <param name="indices">
/// By class of the images: its position in the list; for multi-label images, every position once.
/// </param>
/// <param name="why">A word for the digest: why they are relabelled.</param>
internal sealed class RelabelledImageSource(
    IImageSource source,
    ImmutableArray<string> classes,
    IReadOnlyList<int> indices,
    string why
) : IImageSource
{
    public ImmutableArray<string> Classes => classes;

    public ImageLabels Labels => field ??= source.Labels.IsMultiLabel ? MultiLabels() : SingleLabels();

    public ImmutableArray<string> Names => source.Names;

    public ImmutableArray<LeftOutFiles> LeftOut => source.LeftOut;

    public ImmutableArray<string> Remarks => source.Remarks;

    public ImmutableArray<ulong> Contents => source.Contents;

    public string Digest =>
        field ??= Convert.ToHexStringLower(
            SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes<string[]>([why, source.Digest, .. classes]))
        );

    public DecodedImage Read(int index) => source.Read(index);

    private ImageLabels SingleLabels() =>
        ImageLabels.SingleLabel([.. source.Labels.Single.Select(label => indices[label])]);

    private ImageLabels MultiLabels()
    {
        var from = new int[classes.Length];
        for (var label = 0; label < indices.Count; label++)
        {
            from[indices[label]] = label;
        }

        var present = Enumerable
            .Range(0, source.Labels.Count)
            .SelectMany(image => from.Select(label => source.Labels.Has(image, label)));
        return ImageLabels.MultiLabel(classes.Length, [.. present]);
    }
}
