using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>Images in class folders, <c>CLASS/NAME.jpg</c>, in ordinal order of class, then name.</summary>
internal sealed class ImageFolder : IImageSource
{
    private readonly string folder;

    /// <summary>Lists the folder; decodes nothing.</summary>
    /// <exception cref="InputException">The folder is missing, has no class folder, or a class folder has no image.</exception>
    public ImageFolder(DataSource source)
    {
        source.Allow();
        folder = source.Location;
        if (!Directory.Exists(folder))
        {
            throw new InputException(
                $"The image folder '{folder}' does not exist; give a folder that holds one folder of images for each class."
            );
        }

        Classes =
        [
            .. Directory
                .GetDirectories(folder)
                .Select(path => Path.GetFileName(path)!)
                .Where(name => name[0] != '.')
                .Order(StringComparer.Ordinal),
        ];
        if (Classes.IsEmpty)
        {
            throw new InputException(
                $"The image folder '{folder}' has no class folders; it must hold one folder of images for each class."
            );
        }

        var all = Classes
            .SelectMany((name, label) => Images(name).Select(file => (Name: $"{name}/{file}", Label: label)))
            .ToList();
        Names = [.. all.Select(image => image.Name)];
        Labels = ImageLabels.One([.. all.Select(image => image.Label)]);
    }

    public ImmutableArray<string> Classes { get; }

    public ImageLabels Labels { get; }

    public ImmutableArray<string> Names { get; }

    public string Digest => field ??= FileDigest.Of(folder, Names, Classes);

    public DecodedImage Read(int index) => ImageFile.Decode(Path.Combine(folder, Names[index]));

    private List<string> Images(string name)
    {
        var files = Directory
            .GetFiles(Path.Combine(folder, name))
            .Select(path => Path.GetFileName(path)!)
            .Where(file => file[0] != '.' && ImageFile.Endings.Contains(Path.GetExtension(file).ToLowerInvariant()))
            .Order(StringComparer.Ordinal)
            .ToList();
        return files.Count > 0
            ? files
            : throw new InputException(
                $"The class folder '{Path.Combine(folder, name)}' holds no image ({string.Join(", ", ImageFile.Endings)}); fill it or remove it."
            );
    }
}
