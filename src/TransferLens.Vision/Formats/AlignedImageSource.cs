using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>
/// Test images whose labels are indices into the training images' classes. A class that only the training images have
/// shifts the labels of the classes after it.
/// </summary>
public sealed class AlignedImageSource : IImageSource
{
    private readonly IImageSource source;

    /// <summary>Maps the labels of <paramref name="source"/> to <paramref name="classes"/>.</summary>
    /// <param name="source">The test images.</param>
    /// <param name="classes">Classes of the training images.</param>
    /// <exception cref="InputException">
    /// A class of the test images is not among them; or, for multi-label images, the test images lack one of them.
    /// </exception>
    public AlignedImageSource(IImageSource source, ImmutableArray<string> classes)
    {
        this.source = source;
        Classes = classes;
        if (source.Classes.FirstOrDefault(name => !classes.Contains(name)) is { } unknown)
        {
            throw new InputException(
                $"The class '{unknown}' is in the test images but not in the training images; "
                    + "remove it from the test images or add training images of it."
            );
        }

        Labels = source.Labels.IsMultiLabel ? MultiLabels() : SingleLabels();
    }

    /// <inheritdoc/>
    public ImmutableArray<string> Classes { get; }

    /// <inheritdoc/>
    public ImageLabels Labels { get; }

    /// <inheritdoc/>
    public ImmutableArray<string> Names => source.Names;

    /// <inheritdoc/>
    public ImmutableArray<LeftOutFiles> LeftOut => source.LeftOut;

    /// <inheritdoc/>
    public ImmutableArray<ulong> Contents => source.Contents;

    /// <inheritdoc/>
    public string Digest =>
        field ??= Convert.ToHexStringLower(
            SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes<string[]>(["aligned", source.Digest, .. Classes]))
        );

    /// <inheritdoc/>
    public DecodedImage Read(int index) => source.Read(index);

    private ImageLabels SingleLabels()
    {
        var aligned = source.Classes.Select(name => Classes.IndexOf(name)).ToArray();
        return ImageLabels.SingleLabel([.. source.Labels.Single.Select(label => aligned[label])]);
    }

    private ImageLabels MultiLabels()
    {
        if (Classes.FirstOrDefault(name => !source.Classes.Contains(name)) is { } missing)
        {
            throw new InputException(
                $"The label '{missing}' is in the training images but not in the test images; "
                    + "give the test images every label of the training images."
            );
        }

        var original = Classes.Select(name => source.Classes.IndexOf(name)).ToArray();
        var images = Enumerable.Range(0, source.Labels.Count);
        var present = images.SelectMany(image => original.Select(label => source.Labels.Has(image, label)));
        return ImageLabels.MultiLabel(Classes.Length, [.. present]);
    }
}
