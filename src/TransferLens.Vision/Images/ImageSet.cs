using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Images;

/// <summary>
/// Labelled images of one shape, in a fixed order. Read-only and safe to share between threads.
/// </summary>
public abstract class ImageSet : IDisposable
{
    /// <summary>A set of images that are already in memory, each of exactly one class.</summary>
    /// <param name="images">
    /// (n, channels, height, width) with n at least 1 and 1 to 16 channels: uint8, or float32 with values in [0, 1] as
    /// torchvision's <c>ToTensor</c> gives, before normalization. The set copies it, so it stays the caller's.
    /// </param>
    /// <param name="classes">Names of the classes.</param>
    /// <param name="labels">Label of each image, an index into <paramref name="classes"/>.</param>
    /// <param name="names">Name of each image; their numbers by default.</param>
    /// <exception cref="InputException">The type, the shape, a value, a count or a label is invalid.</exception>
    public static ImageSet InMemory(
        Tensor images,
        ImmutableArray<string> classes,
        ImmutableArray<int> labels,
        ImmutableArray<string> names = default
    ) => InMemory(images, classes, ImageLabels.SingleLabel(labels), names);

    /// <summary>A set of images that are already in memory, single-label or multi-label.</summary>
    /// <param name="images">As for single labels.</param>
    /// <param name="classes">Names of the classes.</param>
    /// <param name="labels">The labels of each image among <paramref name="classes"/>.</param>
    /// <param name="names">Name of each image; their numbers by default.</param>
    /// <exception cref="InputException">The type, the shape, a value, a count or a label is invalid.</exception>
    public static ImageSet InMemory(
        Tensor images,
        ImmutableArray<string> classes,
        ImageLabels labels,
        ImmutableArray<string> names = default
    ) => MemoryImageSet.Create(images, classes, labels, names);

    /// <summary>Number of channels of an image.</summary>
    public abstract int Channels { get; }

    /// <summary>Height of an image in pixels.</summary>
    public abstract int Height { get; }

    /// <summary>Width of an image in pixels.</summary>
    public abstract int Width { get; }

    /// <summary>
    /// Type of the values: uint8 in [0, 255], or float32 in [0, 1]. A float32 value is the uint8 value divided by 255.
    /// </summary>
    public virtual ScalarType ValueType => ScalarType.Byte;

    /// <summary>Number of images.</summary>
    public int Count => Labels.Count;

    /// <summary>Names of the classes; a label is an index into them.</summary>
    public abstract ImmutableArray<string> Classes { get; }

    /// <summary>The labels of each image.</summary>
    public abstract ImageLabels Labels { get; }

    /// <summary>Name of each image: its path below the data set's folder, or its number.</summary>
    public abstract ImmutableArray<string> Names { get; }

    /// <summary>Number of images that could not be decoded and were left out.</summary>
    public virtual int Skipped => 0;

    /// <summary>Number of images whose files have further frames or pages, which are not used.</summary>
    internal virtual int MoreFrames => 0;

    /// <summary>What a user should know about where the images are kept; null for nothing.</summary>
    internal virtual string? Note
    {
        get => null;
        init { }
    }

    /// <summary>Side of square images in pixels.</summary>
    /// <exception cref="InputException">The images are not square.</exception>
    internal int Size =>
        Height == Width
            ? Height
            : throw new InputException(
                $"This needs square images, but these are {Height} x {Width} pixels; crop or pad them to squares."
            );

    /// <summary>Number of bytes of an image.</summary>
    internal int ImageBytes => Channels * Height * Width * (ValueType == ScalarType.Byte ? 1 : sizeof(float));

    /// <summary>Reads some of the images.</summary>
    /// <param name="indices">Their indices, each in [0, Count), in the order wanted.</param>
    /// <returns>
    /// A new tensor (indices, Channels, Height, Width) of <see cref="ValueType"/>; the caller's to dispose.
    /// </returns>
    public abstract Tensor Read(ReadOnlySpan<int> indices);

    /// <summary>
    /// Digests of images as the set holds them, decoded and resized: equal for equal shapes, types and values, whatever
    /// the images' names and positions.
    /// </summary>
    /// <param name="which">Indices of the images, each in [0, Count); null for all.</param>
    /// <returns>SHA-256 of each image in hexadecimal, in the order of the indices.</returns>
    public ImmutableArray<string> Digests(IReadOnlyList<int>? which = null)
    {
        int[] indices = which is null ? [.. Enumerable.Range(0, Count)] : [.. which];
        var shape = Encoding.ASCII.GetBytes($"{ValueType} {Channels} {Height} {Width}\n");
        var digests = new string[indices.Length];
        Visit(indices, (position, values) =>
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(shape);
            hash.AppendData(values);
            digests[position] = Convert.ToHexStringLower(hash.GetHashAndReset());
        });
        return ImmutableCollectionsMarshal.AsImmutableArray(digests);
    }

    /// <summary>Works on one image.</summary>
    /// <param name="position">Its position among the indices.</param>
    /// <param name="values">The bytes of its values, channel by channel and row by row.</param>
    internal delegate void Visitor(long position, ReadOnlySpan<byte> values);

    /// <summary>Passes some of the images, without a copy where possible, to a visitor on several threads.</summary>
    /// <param name="indices">Their indices, each in [0, Count).</param>
    /// <param name="visitor">Is called once for each of them, on several threads.</param>
    internal virtual void Visit(int[] indices, Visitor visitor)
    {
        using var images = Read(indices);
        var bytes = ImageBytes;
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

    /// <summary>Releases what the set owns.</summary>
    protected virtual void Dispose(bool disposing) { }
}
