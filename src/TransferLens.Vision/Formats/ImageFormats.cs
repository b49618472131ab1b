using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>The formats that images are read from.</summary>
public static class ImageFormats
{
    private static readonly ImmutableArray<(string Name, Func<DataSource, IImageSource> Open)> Known =
    [
        ("image_folder", source => new ImageFolder(source)),
        ("cifar_binary", source => new CifarBinary(source)),
        ("idx", source => new IdxFiles(source)),
        ("csv", source => new CsvImages(source)),
        ("domainnet", source => new DomainNet(source)),
        ("imagenet", source => new ImageNetFolders(source)),
        ("chexpert", source => new CheXpert(source)),
        ("synthetic", source => new SyntheticImages(source)),
    ];

    /// <summary>Every format's name.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Known.Select(format => format.Name)];

    /// <summary>Lists the images of a data source; decodes nothing.</summary>
    /// <exception cref="InputException">The format is not known, or the data cannot be found or used.</exception>
    public static IImageSource Open(DataSource source)
    {
        if (source.Limit is < 1)
        {
            throw new InputException(
                $"At most {source.Limit} images of '{source.Location}' are asked for; ask for 1 at least."
            );
        }

        var all = Known.FirstOrDefault(format => format.Name == source.Format).Open?.Invoke(source)
            ?? throw new InputException(
                $"The image format '{source.Format}' is not known; the formats are {string.Join(", ", Names)}."
            );
        if (all.Names.Concat(all.Classes).FirstOrDefault(name => name.Any(char.IsControl)) is { } odd)
        {
            throw new InputException(
                $"The name '{odd}' in the data '{source.Location}' has control characters (shown as ?); rename it, since names are shown on terminals."
            );
        }

        return source.Limit is { } limit && limit < all.Labels.Count ? new LimitedImageSource(all, limit) : all;
    }
}
