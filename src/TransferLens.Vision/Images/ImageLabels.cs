using System.Collections.Immutable;
using static TorchSharp.torch;

namespace TransferLens.Vision.Images;

/// <summary>
/// The labels of images. Single-label: each image has exactly one class. Multi-label: each image has any number of the
/// classes, possibly none. Equal by value.
/// </summary>
public sealed class ImageLabels : IEquatable<ImageLabels>
{
    private readonly ImmutableArray<int> single;
    private readonly ImmutableArray<bool> present;
    private readonly int classes;

    private ImageLabels(int count, int classes, ImmutableArray<int> single, ImmutableArray<bool> present) =>
        (Count, this.classes, this.single, this.present) = (count, classes, single, present);

    /// <summary>Number of images.</summary>
    public int Count { get; }

    /// <summary>Whether an image may have several of the classes, or none.</summary>
    public bool IsMultiLabel => single.IsDefault;

    /// <summary>The class of each image, for single labels.</summary>
    /// <exception cref="InvalidOperationException">The images are multi-label.</exception>
    public ImmutableArray<int> Single =>
        IsMultiLabel
            ? throw new InvalidOperationException(
                $"These images are multi-label, so they have no single class; use {nameof(Has)} or {nameof(ClassesOf)}."
            )
            : single;

    /// <summary>Labels of images with exactly one class each.</summary>
    /// <param name="classOfEach">The class of each image, from 0.</param>
    public static ImageLabels SingleLabel(ImmutableArray<int> classOfEach) =>
        new(classOfEach.Length, 0, classOfEach, default);

    /// <summary>Labels of images with any number of the classes each.</summary>
    /// <param name="classes">Number of classes, at least 1.</param>
    /// <param name="present">Whether an image has a class: images x <paramref name="classes"/>, image by image.</param>
    /// <exception cref="ArgumentException">
    /// The length of <paramref name="present"/> is not a multiple of <paramref name="classes"/>.
    /// </exception>
    public static ImageLabels MultiLabel(int classes, ImmutableArray<bool> present)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        return present.Length % classes == 0
            ? new(present.Length / classes, classes, default, present)
            : throw new ArgumentException(
                $"{present.Length} values are not a whole number of images with {classes} classes.",
                nameof(present)
            );
    }

    /// <summary>Whether an image has a class.</summary>
    public bool Has(int image, int label) => IsMultiLabel ? present[(image * classes) + label] : single[image] == label;

    /// <summary>The classes that an image has, ascending.</summary>
    public ImmutableArray<int> ClassesOf(int image) =>
        IsMultiLabel ? [.. Enumerable.Range(0, classes).Where(label => Has(image, label))] : [single[image]];

    /// <summary>
    /// Whether all labels are indices into a number of classes; for multi-label images, whether they are for it.
    /// </summary>
    public bool FitClasses(int count) =>
        IsMultiLabel ? classes == count : single.All(label => label >= 0 && label < count);

    /// <summary>The labels of some of the images.</summary>
    /// <param name="images">Indices of images, each in [0, Count), in the order wanted.</param>
    public ImageLabels At(IReadOnlyList<int> images) =>
        IsMultiLabel
            ? new(images.Count, classes, default, [.. images.SelectMany(image => Row(image).ToArray())])
            : SingleLabel([.. images.Select(image => single[image])]);

    /// <summary>The labels of some of the images as a loss takes them.</summary>
    /// <param name="images">Indices of images, each in [0, Count), in the order wanted.</param>
    /// <returns>
    /// Single-label: (n), int64, the classes. Multi-label: (n, classes), float32, 0 or 1. The caller's to dispose.
    /// </returns>
    public Tensor ToTensor(IReadOnlyList<int> images)
    {
        if (!IsMultiLabel)
        {
            return tensor(images.Select(image => (long)single[image]).ToArray()).DetachFromDisposeScope();
        }

        var values = new float[images.Count * classes];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Has(images[i / classes], i % classes) ? 1 : 0;
        }

        using var scope = NewDisposeScope();
        return tensor(values).view(images.Count, classes).DetachFromDisposeScope();
    }

    /// <summary>For multi-label images: 1 or 0 for each class, without separator.</summary>
    internal string Marks(int image) => string.Concat(Row(image).ToArray().Select(has => has ? '1' : '0'));

    /// <inheritdoc/>
    public bool Equals(ImageLabels? other)
    {
        if (other is null || IsMultiLabel != other.IsMultiLabel || classes != other.classes)
        {
            return false;
        }

        return IsMultiLabel
            ? present.AsSpan().SequenceEqual(other.present.AsSpan())
            : single.AsSpan().SequenceEqual(other.single.AsSpan());
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ImageLabels);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Count, classes);

    private ReadOnlySpan<bool> Row(int image) => present.AsSpan(image * classes, classes);
}
