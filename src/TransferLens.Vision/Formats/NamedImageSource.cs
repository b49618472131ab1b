using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>
/// Images with classes in a given order: those of the network's head. A class of the images is found by its name; where
/// the images have integers for classes, these are positions in the given order.
/// </summary>
internal sealed class NamedImageSource : IImageSource
{
    private readonly IImageSource source;

    /// <summary>Maps the labels of <paramref name="source"/> to <paramref name="names"/>.</summary>
    /// <exception cref="InputException">A name is given twice, or a class of the images is not among them.</exception>
    public NamedImageSource(IImageSource source, ImmutableArray<string> names)
    {
        this.source = source;
        Classes = names;
        if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new InputException($"The class names contain '{twice.Key}' twice; give each name once.");
        }

        var places = ByName() ?? ByNumber() ?? throw Unknown();
        Labels = source.Labels.IsMultiLabel
            ? MultiLabels(places)
            : ImageLabels.SingleLabel([.. source.Labels.Single.Select(label => places[label])]);
    }

    public ImmutableArray<string> Classes { get; }

    public ImageLabels Labels { get; }

    public ImmutableArray<string> Names => source.Names;

    public ImmutableArray<LeftOutFiles> LeftOut => source.LeftOut;

    public ImmutableArray<ulong> Contents => source.Contents;

    public string Digest =>
        field ??= Convert.ToHexStringLower(
            SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes<string[]>(["named", source.Digest, .. Classes]))
        );

    public DecodedImage Read(int index) => source.Read(index);

    /// <summary>
    /// For a head with more classes than the images have: integer labels keep their place, so that a class without
    /// images shifts none of the others. Other images stay as they are.
    /// </summary>
    /// <param name="source">The images.</param>
    /// <param name="count">Number of classes of the head.</param>
    public static IImageSource KeepPlaces(IImageSource source, int count)
    {
        ImmutableArray<string> places =
        [
            .. Enumerable.Range(0, count).Select(place => place.ToString(CultureInfo.InvariantCulture)),
        ];
        return source.Classes.Length < count && !source.Labels.IsMultiLabel && source.Classes.All(places.Contains)
            ? new NamedImageSource(source, places)
            : source;
    }

    private int[]? ByName()
    {
        int[] places = [.. source.Classes.Select(name => Classes.IndexOf(name))];
        return places.Contains(-1) ? null : places;
    }

    private int[]? ByNumber()
    {
        int[] places = [.. source.Classes.Select(Place)];
        return places.Contains(-1) || places.Distinct().Count() < places.Length ? null : places;
    }

    private int Place(string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && place < Classes.Length
            ? place
            : -1;

    private ImageLabels MultiLabels(int[] places)
    {
        if (places.Length < Classes.Length)
        {
            throw new InputException(
                $"The images have {places.Length} labels each, but {Classes.Length} class names are given; "
                    + "name exactly the labels of the images."
            );
        }

        var from = Enumerable.Range(0, places.Length).Select(label => Array.IndexOf(places, label)).ToArray();
        var present = Enumerable
            .Range(0, source.Labels.Count)
            .SelectMany(image => from.Select(label => source.Labels.Has(image, label)));
        return ImageLabels.MultiLabel(Classes.Length, [.. present]);
    }

    private InputException Unknown()
    {
        var unknown = source.Classes.First(name => !Classes.Contains(name));
        var near = Sentence.Nearest(unknown, Classes) is { } nearest ? $"; the nearest name is '{nearest}'" : "";
        return new(
            $"The images have the class '{unknown}', which is not among the {Classes.Length} class names given{near}. "
                + "Give every class its name, in the order of the network's outputs."
        );
    }
}
