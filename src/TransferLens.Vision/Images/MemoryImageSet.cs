using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Images;

/// <summary>Images in one tensor, which the set owns.</summary>
internal sealed class MemoryImageSet : ImageSet
{
    private const int MaximumChannels = 16;

    private readonly Tensor images;

    private MemoryImageSet(
        Tensor images,
        ImmutableArray<string> classes,
        ImageLabels labels,
        ImmutableArray<string> names
    )
    {
        this.images = images;
        (Classes, Labels, Names, ValueType) = (classes, labels, names, images.dtype);
        (Channels, Height, Width) = ((int)images.shape[1], (int)images.shape[2], (int)images.shape[3]);
    }

    public override int Channels { get; }

    public override int Height { get; }

    public override int Width { get; }

    public override ScalarType ValueType { get; }

    public override ImmutableArray<string> Classes { get; }

    public override ImageLabels Labels { get; }

    public override ImmutableArray<string> Names { get; }

    /// <summary>Checks images, labels and names, and copies the images.</summary>
    /// <exception cref="InputException">The type, the shape, a value, a count or a label is invalid.</exception>
    public static MemoryImageSet Create(
        Tensor images,
        ImmutableArray<string> classes,
        ImageLabels labels,
        ImmutableArray<string> names
    )
    {
        CheckImages(images);
        names = names.IsDefault ? [.. Enumerable.Range(0, labels.Count).Select(i => $"{i}")] : names;
        var count = images.shape[0];
        if (labels.Count != count || names.Length != count)
        {
            throw new InputException(
                $"There are {count} images in memory, {labels.Count} labels and {names.Length} names; "
                    + "give one label and one name per image."
            );
        }

        CheckLabels(labels, classes.Length);
        using var scope = NewDisposeScope();
        var copy = images.detach().cpu();
        copy = (ReferenceEquals(copy, images) ? copy : copy.clone()).contiguous().DetachFromDisposeScope();
        return new(copy, classes, labels, names);
    }

    public override Tensor Read(ReadOnlySpan<int> indices)
    {
        var wanted = new long[indices.Length];
        for (var i = 0; i < wanted.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)indices[i], (uint)Count, nameof(indices));
            wanted[i] = indices[i];
        }

        using var scope = NewDisposeScope();
        return images.index_select(0, tensor(wanted)).MoveToOuterDisposeScope();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            images.Dispose();
        }

        base.Dispose(disposing);
    }

    private static void CheckImages(Tensor images)
    {
        var hasShape = images.shape is [> 0, > 0 and <= MaximumChannels, > 0, > 0];
        if (images.dtype is not (ScalarType.Byte or ScalarType.Float32) || !hasShape)
        {
            throw new InputException(
                "Images in memory must be a uint8 or float32 tensor (n, channels, height, width) with 1 to "
                    + $"{MaximumChannels} channels, but this one is {images.dtype} ({string.Join(", ", images.shape)})."
            );
        }

        if (images.dtype == ScalarType.Byte)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var (least, greatest) = (images.min().item<float>(), images.max().item<float>());
        if (!(least >= 0 && greatest <= 1)) // also false for NaN
        {
            throw new InputException(
                "Values of float32 images in memory must be in [0, 1], before normalization, "
                    + $"but these are between {least} and {greatest}."
            );
        }
    }

    private static void CheckLabels(ImageLabels labels, int classes)
    {
        if (labels.FitClasses(classes))
        {
            return;
        }

        throw new InputException(
            labels.IsMultiLabel
                ? $"The labels of the images in memory are not for {classes} classes; "
                    + "say for each image and class whether the image shows it."
                : $"The labels of the images in memory are between {labels.Single.Min()} and {labels.Single.Max()}, "
                    + $"but must be from 0 to {classes - 1}."
        );
    }
}
