using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;

namespace TransferLens.Data;

/// <summary>
/// Test pictures whose labels count the training pictures' classes: a class that only the training pictures have moves
/// the labels of those behind it.
/// </summary>
public sealed class AlignedPictureSource : IPictureSource
{
    private readonly IPictureSource source;

    /// <summary>Gives the pictures of <paramref name="source"/> labels among <paramref name="classes"/>.</summary>
    /// <param name="source">The test pictures.</param>
    /// <param name="classes">Classes of the training pictures.</param>
    /// <exception cref="InputException">A class of the test pictures is not among them.</exception>
    public AlignedPictureSource(IPictureSource source, ImmutableArray<string> classes)
    {
        this.source = source;
        Classes = classes;
        var labels = source.Classes.Select(name => classes.IndexOf(name)).ToArray();
        if (Array.IndexOf(labels, -1) is >= 0 and var missing)
        {
            throw new InputException($"The class '{source.Classes[missing]}' is in the test pictures but not in the training pictures; remove it from the test pictures or add training pictures of it.");
        }

        if (source.Labels.AreMany && labels.Length < classes.Length)
        {
            throw new InputException($"The label '{classes.First(name => !source.Classes.Contains(name))}' is in the training pictures but not in the test pictures; give every label of the training pictures to the test pictures too.");
        }

        var from = labels.Select((label, i) => (label, i)).ToDictionary(pair => pair.label, pair => pair.i);
        Labels = source.Labels.AreMany
            ? PictureLabels.Any(classes.Length, [.. Enumerable.Range(0, source.Labels.Count).SelectMany(picture => classes.Select((_, label) => source.Labels.Has(picture, from[label])))])
            : PictureLabels.One([.. source.Labels.Single.Select(label => labels[label])]);
    }

    /// <inheritdoc/>
    public ImmutableArray<string> Classes { get; }

    /// <inheritdoc/>
    public PictureLabels Labels { get; }

    /// <inheritdoc/>
    public ImmutableArray<string> Names => source.Names;

    /// <inheritdoc/>
    public string Digest => field ??= Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes<string[]>(["aligned", source.Digest, .. Classes])));

    /// <inheritdoc/>
    public DecodedPicture Read(int index) => source.Read(index);
}
