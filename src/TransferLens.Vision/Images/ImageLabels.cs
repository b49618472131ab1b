using System.Collections.Immutable;
using static TorchSharp.torch;

namespace TransferLens.Vision.Images;

/// <summary>What images show: exactly one class each, or any number of the classes, none among them. Equal by value.</summary>
public sealed class ImageLabels : IEquatable<ImageLabels>
{
    private readonly ImmutableArray<int> single;
    private readonly ImmutableArray<bool> yes;
    private readonly int classes;

    private ImageLabels(int count, int classes, ImmutableArray<int> single, ImmutableArray<bool> yes) =>
        (Count, this.classes, this.single, this.yes) = (count, classes, single, yes);

    /// <summary>Number of images.</summary>
    public int Count { get; }

    /// <summary>Whether an image may show several of the classes, or none.</summary>
    public bool IsMultiLabel => single.IsDefault;

    /// <summary>The class of each image, when each has exactly one.</summary>
    /// <exception cref="InvalidOperationException">Images may show several classes.</exception>
    public ImmutableArray<int> Single =>
        IsMultiLabel
            ? throw new InvalidOperationException(
                "These images may show several classes each, so none is the class of an image; ask which it has."
            )
            : single;

    /// <summary>Each image shows exactly one class.</summary>
    /// <param name="classOfEach">The class of each image, from 0.</param>
    public static ImageLabels One(ImmutableArray<int> classOfEach) => new(classOfEach.Length, 0, classOfEach, default);

    /// <summary>Each image shows any number of the classes.</summary>
    /// <param name="classes">How many classes there are, at least 1.</param>
    /// <param name="yes">Whether an image shows a class: images x <paramref name="classes"/>, image by image.</param>
    /// <exception cref="ArgumentException"><paramref name="yes"/> is not of whole images.</exception>
    public static ImageLabels Any(int classes, ImmutableArray<bool> yes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        return yes.Length % classes == 0
            ? new(yes.Length / classes, classes, default, yes)
            : throw new ArgumentException(
                $"{yes.Length} answers are no whole number of images of {classes} classes.",
                nameof(yes)
            );
    }

    /// <summary>Whether an image shows a class.</summary>
    public bool Has(int image, int label) => IsMultiLabel ? yes[(image * classes) + label] : single[image] == label;

    /// <summary>The classes that an image shows, ascending.</summary>
    public ImmutableArray<int> Of(int image) =>
        IsMultiLabel ? [.. Enumerable.Range(0, classes).Where(label => Has(image, label))] : [single[image]];

    /// <summary>A mark for each class, 1 where an image shows it and 0 where not, when it may show several.</summary>
    public string Marks(int image) =>
        string.Concat(yes.AsSpan(image * classes, classes).ToArray().Select(has => has ? '1' : '0'));

    /// <summary>Whether these are labels among so many classes: each class below, or an answer for each of exactly so many.</summary>
    public bool Fit(int among) => IsMultiLabel ? classes == among : single.All(label => label >= 0 && label < among);

    /// <summary>The labels of some of the images, in the order asked for.</summary>
    /// <param name="images">Which, each in [0, Count).</param>
    public ImageLabels At(IReadOnlyList<int> images) =>
        IsMultiLabel
            ? new(
                images.Count,
                classes,
                default,
                [.. images.SelectMany(image => yes.AsSpan(image * classes, classes).ToArray())]
            )
            : One([.. images.Select(image => single[image])]);

    /// <summary>What a loss compares a network's answers with, for some of the images.</summary>
    /// <param name="images">Which, each in [0, Count).</param>
    /// <returns>(n), int64, the classes; or (n, classes), float32, 0 or 1. The caller's to dispose.</returns>
    public Tensor ToTensor(IReadOnlyList<int> images)
    {
        if (!IsMultiLabel)
        {
            return tensor(images.Select(image => (long)single[image]).ToArray()).DetachFromDisposeScope();
        }

        var values = new float[images.Count * classes];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = yes[(images[i / classes] * classes) + (i % classes)] ? 1 : 0;
        }

        using var scope = NewDisposeScope();
        return tensor(values).view(images.Count, classes).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public bool Equals(ImageLabels? other) =>
        other is not null
        && IsMultiLabel == other.IsMultiLabel
        && classes == other.classes
        && (
            IsMultiLabel
                ? yes.AsSpan().SequenceEqual(other.yes.AsSpan())
                : single.AsSpan().SequenceEqual(other.single.AsSpan())
        );

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ImageLabels);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Count, classes);
}
