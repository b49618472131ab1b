using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>
/// Test images whose labels count the training images' classes: a class that only the training images have moves
/// the labels of those behind it.
/// </summary>
public sealed class AlignedImageSource : IImageSource
{
    private readonly IImageSource source;

    /// <summary>Gives the images of <paramref name="source"/> labels among <paramref name="classes"/>.</summary>
    /// <param name="source">The test images.</param>
    /// <param name="classes">Classes of the training images.</param>
    /// <exception cref="InputException">A class of the test images is not among them.</exception>
    public AlignedImageSource(IImageSource source, ImmutableArray<string> classes)
    {
        this.source = source;
        Classes = classes;
        var labels = source.Classes.Select(name => classes.IndexOf(name)).ToArray();
        if (Array.IndexOf(labels, -1) is >= 0 and var missing)
        {
            throw new InputException(
                $"The class '{source.Classes[missing]}' is in the test images but not in the training images; remove it from the test images or add training images of it."
            );
        }

        if (source.Labels.IsMultiLabel && labels.Length < classes.Length)
        {
            throw new InputException(
                $"The label '{classes.First(name => !source.Classes.Contains(name))}' is in the training images but not in the test images; give every label of the training images to the test images too."
            );
        }

        var from = labels.Select((label, i) => (label, i)).ToDictionary(pair => pair.label, pair => pair.i);
        Labels = source.Labels.IsMultiLabel
            ? ImageLabels.Any(
                classes.Length,
                [
                    .. Enumerable
                        .Range(0, source.Labels.Count)
                        .SelectMany(image => classes.Select((_, label) => source.Labels.Has(image, from[label]))),
                ]
            )
            : ImageLabels.One([.. source.Labels.Single.Select(label => labels[label])]);
    }

    /// <inheritdoc/>
    public ImmutableArray<string> Classes { get; }

    /// <inheritdoc/>
    public ImageLabels Labels { get; }

    /// <inheritdoc/>
    public ImmutableArray<string> Names => source.Names;

    /// <inheritdoc/>
    public string Digest =>
        field ??= Convert.ToHexStringLower(
            SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes<string[]>(["aligned", source.Digest, .. Classes]))
        );

    /// <inheritdoc/>
    public DecodedImage Read(int index) => source.Read(index);
}
