using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>The image formats that ship with TransferLens, and the opening of data sources.</summary>
public static class ImageFormats
{
    /// <summary>Every format that ships.</summary>
    public static ImmutableArray<ImageFormat> All { get; } =
    [
        new ImageFolderFormat(),
        new CifarBinaryFormat(),
        new IdxFormat(),
        new CsvFormat(),
        new NpzFormat(),
        new CifarPythonFormat(),
        new WebDatasetFormat(),
        new ParquetFormat(),
        new DomainNetFormat(),
        new ImageNetFormat(),
        new CheXpertFormat(),
        new SyntheticFormat(),
    ];

    /// <summary>Lists the images of a data source in one of the formats that ship; decodes nothing.</summary>
    /// <exception cref="InputException">The format is unknown, or the data is missing or invalid.</exception>
    public static IImageSource Open(DataSource source) => Open(source, All);

    /// <summary>Lists the images of a data source; decodes nothing.</summary>
    /// <param name="source">The source.</param>
    /// <param name="formats">The formats to look in.</param>
    /// <exception cref="InputException">The format is unknown, or the data is missing or invalid.</exception>
    public static IImageSource Open(DataSource source, IReadOnlyList<ImageFormat> formats)
    {
        if (source.Limit is < 1)
        {
            throw new InputException($"The limit for '{source.Location}' is {source.Limit}, but must be at least 1.");
        }

        var images = Find(source.Format, formats, source).Open(source);
        CheckNames(images, source.Location);
        images = source.Classes is { } classes ? NamedImageSource.Create(images, classes) : images;
        images = source.Split is { } split ? new SplitImageSource(images, split) : images;
        return source.Limit is { } limit && limit < images.Labels.Count
            ? new LimitedImageSource(images, limit)
            : images;
    }

    private static ImageFormat Find(string name, IReadOnlyList<ImageFormat> formats, DataSource source)
    {
        if (formats.FirstOrDefault(format => format.Name == name) is not { } found)
        {
            var names = formats.Select(format => format.Name).ToList();
            throw new InputException($"The image format '{name}' is unknown; {Sentence.Instead(name, names)}");
        }

        List<string> known = [.. found.Options.Select(option => option.Name), DataFormat.SplitOption];
        if (found.Location is null)
        {
            known.Add(DataFormat.CountOption);
        }

        if (source.Options.Keys.FirstOrDefault(option => !known.Contains(option)) is { } unknown)
        {
            var options = string.Join(", ", known.Order(StringComparer.Ordinal));
            throw new InputException($"The format '{name}' has no option '{unknown}'; its options are {options}.");
        }

        return found;
    }

    // Names are printed on terminals.
    private static void CheckNames(IImageSource images, string location)
    {
        if (images.Names.Concat(images.Classes).FirstOrDefault(name => name.Any(char.IsControl)) is { } invalid)
        {
            throw new InputException(
                $"The name '{invalid}' in the data '{location}' contains control characters (shown as ?); rename it."
            );
        }
    }
}
