using System.Collections.Immutable;
using static TorchSharp.torch;

namespace TransferLens.Data;

/// <summary>What pictures show: exactly one class each, or any number of the classes, none among them. Equal by value.</summary>
public sealed class PictureLabels : IEquatable<PictureLabels>
{
    private readonly ImmutableArray<int> single;
    private readonly ImmutableArray<bool> yes;
    private readonly int classes;

    private PictureLabels(int count, int classes, ImmutableArray<int> single, ImmutableArray<bool> yes) =>
        (Count, this.classes, this.single, this.yes) = (count, classes, single, yes);

    /// <summary>Number of pictures.</summary>
    public int Count { get; }

    /// <summary>Whether a picture may show several of the classes, or none.</summary>
    public bool AreMany => single.IsDefault;

    /// <summary>The class of each picture, when each has exactly one.</summary>
    /// <exception cref="InvalidOperationException">Pictures may show several classes.</exception>
    public ImmutableArray<int> Single => AreMany ? throw new InvalidOperationException("These pictures may show several classes each, so none is the class of a picture; ask which it has.") : single;

    /// <summary>Each picture shows exactly one class.</summary>
    /// <param name="classOfEach">The class of each picture, from 0.</param>
    public static PictureLabels One(ImmutableArray<int> classOfEach) => new(classOfEach.Length, 0, classOfEach, default);

    /// <summary>Each picture shows any number of the classes.</summary>
    /// <param name="classes">How many classes there are, at least 1.</param>
    /// <param name="yes">Whether a picture shows a class: pictures x <paramref name="classes"/>, picture by picture.</param>
    /// <exception cref="ArgumentException"><paramref name="yes"/> is not of whole pictures.</exception>
    public static PictureLabels Any(int classes, ImmutableArray<bool> yes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        return yes.Length % classes == 0
            ? new(yes.Length / classes, classes, default, yes)
            : throw new ArgumentException($"{yes.Length} answers are no whole number of pictures of {classes} classes.", nameof(yes));
    }

    /// <summary>Whether a picture shows a class.</summary>
    public bool Has(int picture, int label) => AreMany ? yes[(picture * classes) + label] : single[picture] == label;

    /// <summary>The classes that a picture shows, ascending.</summary>
    public ImmutableArray<int> Of(int picture) => AreMany ? [.. Enumerable.Range(0, classes).Where(label => Has(picture, label))] : [single[picture]];

    /// <summary>A mark for each class, 1 where a picture shows it and 0 where not, when it may show several.</summary>
    public string Marks(int picture) => string.Concat(yes.AsSpan(picture * classes, classes).ToArray().Select(has => has ? '1' : '0'));

    /// <summary>Whether these are labels among so many classes: each class below, or an answer for each of exactly so many.</summary>
    public bool Fit(int among) => AreMany ? classes == among : single.All(label => label >= 0 && label < among);

    /// <summary>The labels of some of the pictures, in the order asked for.</summary>
    /// <param name="pictures">Which, each in [0, Count).</param>
    public PictureLabels At(IReadOnlyList<int> pictures) => AreMany
        ? new(pictures.Count, classes, default, [.. pictures.SelectMany(picture => yes.AsSpan(picture * classes, classes).ToArray())])
        : One([.. pictures.Select(picture => single[picture])]);

    /// <summary>What a loss compares a network's answers with, for some of the pictures.</summary>
    /// <param name="pictures">Which, each in [0, Count).</param>
    /// <returns>(n), int64, the classes; or (n, classes), float32, 0 or 1. The caller's to dispose.</returns>
    public Tensor ToTensor(IReadOnlyList<int> pictures)
    {
        if (!AreMany)
        {
            return tensor(pictures.Select(picture => (long)single[picture]).ToArray()).DetachFromDisposeScope();
        }

        var values = new float[pictures.Count * classes];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = yes[(pictures[i / classes] * classes) + (i % classes)] ? 1 : 0;
        }

        using var scope = NewDisposeScope();
        return tensor(values).view(pictures.Count, classes).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public bool Equals(PictureLabels? other) => other is not null && AreMany == other.AreMany && classes == other.classes
        && (AreMany ? yes.AsSpan().SequenceEqual(other.yes.AsSpan()) : single.AsSpan().SequenceEqual(other.single.AsSpan()));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PictureLabels);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Count, classes);
}
