using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Images;

/// <summary>
/// Labelled images of one size as uint8, in a fixed order. Read-only and safe to share between threads.
/// </summary>
public abstract class ImageSet : IDisposable
{
    /// <summary>A set of images that are already in memory.</summary>
    /// <param name="images">(n, 3, size, size), uint8, red, green, blue, n at least 1; copied, so it stays the caller's.</param>
    /// <param name="classes">Names of the classes.</param>
    /// <param name="labels">Label of each image, an index into <paramref name="classes"/>.</param>
    /// <param name="names">Name of each image; left out for their numbers.</param>
    /// <exception cref="InputException">The type, the shape, a count or a label is not as said here.</exception>
    public static ImageSet InMemory(
        Tensor images,
        ImmutableArray<string> classes,
        ImmutableArray<int> labels,
        ImmutableArray<string> names = default
    ) => InMemory(images, classes, ImageLabels.One(labels), names);

    /// <summary>The same for images that may show several classes each, or none.</summary>
    /// <param name="images">(n, 3, size, size), uint8, red, green, blue, n at least 1; copied, so it stays the caller's.</param>
    /// <param name="classes">Names of the classes.</param>
    /// <param name="labels">What each image shows of <paramref name="classes"/>.</param>
    /// <param name="names">Name of each image; left out for their numbers.</param>
    /// <exception cref="InputException">The type, the shape, a count or a label is not as said here.</exception>
    public static ImageSet InMemory(
        Tensor images,
        ImmutableArray<string> classes,
        ImageLabels labels,
        ImmutableArray<string> names = default
    )
    {
        var shape = images.shape;
        if (images.dtype != ScalarType.Byte || shape is not [> 0, 3, > 0, _] || shape[2] != shape[3])
        {
            throw new InputException(
                $"Images in memory are a uint8 tensor (n, 3, size, size), but this one is {images.dtype} ({string.Join(", ", shape)}); convert it first."
            );
        }

        names = names.IsDefault ? [.. Enumerable.Range(0, labels.Count).Select(i => $"{i}")] : names;
        if (labels.Count != shape[0] || names.Length != shape[0])
        {
            throw new InputException(
                $"There are {shape[0]} images in memory, {labels.Count} labels and {names.Length} names; give one label and one name for each image."
            );
        }

        if (!labels.Fit(classes.Length))
        {
            throw new InputException(
                labels.IsMultiLabel
                    ? $"The labels of images in memory are not of {classes.Length} classes; give each image an answer for each class."
                    : $"The labels of images in memory lie between {labels.Single.Min()} and {labels.Single.Max()}, but there are {classes.Length} classes; labels are from 0 to {classes.Length - 1}."
            );
        }

        using var scope = NewDisposeScope();
        var owned = images.detach().cpu();
        return new MemoryImageSet(
            (ReferenceEquals(owned, images) ? owned : owned.clone()).contiguous().DetachFromDisposeScope(),
            classes,
            labels,
            names
        );
    }

    /// <summary>Side of an image in pixels.</summary>
    public abstract int Size { get; }

    /// <summary>Number of images.</summary>
    public int Count => Labels.Count;

    /// <summary>Names of the classes; a label is an index into them.</summary>
    public abstract ImmutableArray<string> Classes { get; }

    /// <summary>What each image shows.</summary>
    public abstract ImageLabels Labels { get; }

    /// <summary>Name of each image: its path below the data set's folder, or its number.</summary>
    public abstract ImmutableArray<string> Names { get; }

    /// <summary>Number of images that could not be decoded and were left out.</summary>
    public virtual int Skipped => 0;

    /// <summary>Some of the images, in the order asked for.</summary>
    /// <param name="indices">Which, each in [0, Count).</param>
    /// <returns>A new uint8 tensor (indices, 3, Size, Size), red, green, blue; the caller's to dispose.</returns>
    public abstract Tensor Read(ReadOnlySpan<int> indices);

    /// <summary>Works on one image.</summary>
    /// <param name="place">Its place among those asked for.</param>
    /// <param name="pixels">Its values, channel by channel and row by row.</param>
    internal delegate void Visitor(long place, ReadOnlySpan<byte> pixels);

    /// <summary>Hands out some of the images where they lie, on as many threads as this process computes with.</summary>
    /// <param name="indices">Which, each in [0, Count).</param>
    /// <param name="visitor">Takes each of them once; is called on several threads.</param>
    internal virtual void Visit(int[] indices, Visitor visitor)
    {
        using var images = Read(indices);
        var bytes = 3 * Size * Size;
        ParallelParts.Each(indices.Length, bytes, (first, count) =>
        {
            using var part = images.narrow(0, first, count);
            for (var i = 0; i < count; i++)
            {
                visitor(first + i, part.bytes.Slice(i * bytes, bytes));
            }
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of what the set holds.</summary>
    protected virtual void Dispose(bool disposing) { }
}
