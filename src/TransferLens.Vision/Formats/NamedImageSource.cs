using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>
/// Images with classes in a given order: those of the network's head. A class of the images is found by its name; where
/// the images have integers for classes, these are positions in the given order.
/// </summary>
internal static class NamedImageSource
{
    /// <summary>Maps the labels of <paramref name="source"/> to <paramref name="names"/>.</summary>
    /// <exception cref="InputException">A name is given twice, or a class of the images is not among them.</exception>
    public static IImageSource Create(IImageSource source, ImmutableArray<string> names)
    {
        if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new InputException($"The class names contain '{twice.Key}' twice; give each name once.");
        }

        var indices = Indices(source, names.IndexOf)
            ?? Indices(source, name => Position(name, names.Length))
            ?? throw Unknown(source.Classes, names);
        return source.Labels.IsMultiLabel && indices.Length < names.Length
            ? throw new InputException(
                $"The images have {indices.Length} labels each, but {names.Length} class names are given; "
                    + "name exactly the labels of the images."
            )
            : new RelabelledImageSource(source, names, indices, "named");
    }

    /// <summary>
    /// For a head with more classes than the images have: integer labels keep their place, so that a class without
    /// images shifts none of the others. Other images stay as they are.
    /// </summary>
    /// <param name="source">The images.</param>
    /// <param name="count">Number of classes of the head.</param>
    public static IImageSource KeepPlaces(IImageSource source, int count)
    {
        var indices = ClassOrder.Numbered(count);
        return source.Classes.Length < count && !source.Labels.IsMultiLabel && source.Classes.All(indices.Contains)
            ? Create(source, indices)
            : source;
    }

    // Null where a class has no position, or two have the same.
    private static int[]? Indices(IImageSource source, Func<string, int> find)
    {
        int[] indices = [.. source.Classes.Select(find)];
        return indices.Contains(-1) || indices.Distinct().Count() < indices.Length ? null : indices;
    }

    private static int Position(string name, int count) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && place < count
            ? place
            : -1;

    private static InputException Unknown(ImmutableArray<string> classes, ImmutableArray<string> names)
    {
        var unknown = classes.First(name => !names.Contains(name));
        var near = Sentence.Nearest(unknown, names) is { } nearest ? $"; the nearest name is '{nearest}'" : "";
        return new(
            $"The images have the class '{unknown}', which is not among the {names.Length} class names given{near}. "
                + "Give every class its name, in the order of the network's outputs."
        );
    }
}
