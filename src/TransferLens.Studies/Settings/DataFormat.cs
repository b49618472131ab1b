using System.Collections.Immutable;

namespace TransferLens.Studies.Settings;

/// <summary>
/// Declares a data format: its name, what its paths lead to, and its options. The study reader checks a data set
/// against it.
/// </summary>
public abstract class DataFormat
{
    /// <summary>
    /// The option that is set for formats with <see cref="TakesSplit"/>: <c>train</c> or <c>test</c>.
    /// </summary>
    internal const string SplitOption = "split";

    /// <summary>
    /// The option that is set for formats without <see cref="Location"/>: the number of images per class.
    /// </summary>
    internal const string CountOption = "images";

    /// <summary>The format's name in a study file and in <see cref="DataSource.Format"/>.</summary>
    public abstract string Name { get; }

    /// <summary>What the format reads, in one line.</summary>
    public abstract string Summary { get; }

    /// <summary>
    /// What the paths <c>train</c> and <c>test</c> lead to; null for a format that reads no files, where they are
    /// numbers of images per class, passed as the option <c>images</c>.
    /// </summary>
    public abstract PathKind? Location { get; }

    /// <summary>
    /// Whether the option <c>split</c>, <c>train</c> or <c>test</c>, says which part of the location to read.
    /// </summary>
    public virtual bool TakesSplit => false;

    /// <summary>Whether the option <c>split</c> may be <c>validation</c> too.</summary>
    public virtual bool HasValidation => false;

    /// <summary>Endings of the files that the format reads, by which a path without a format is explained.</summary>
    public virtual ImmutableArray<string> Endings => [];

    /// <summary>The keys of a data set that only this format takes.</summary>
    public virtual ImmutableArray<DataOption> Options => [];

    /// <summary>
    /// For a data set that users must download: where to get it and how to lay it out, as an imperative clause that a
    /// message continues. Null for other formats.
    /// </summary>
    public virtual string? Layout => null;
}
