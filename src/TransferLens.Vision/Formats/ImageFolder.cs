using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>The format <c>image_folder</c>.</summary>
internal sealed class ImageFolderFormat : ImageFormat
{
    public override string Name => "image_folder";

    public override string Summary => "One folder of images per class.";

    public override PathKind? Location => PathKind.Folder;

    public override IImageSource Open(DataSource source) => new ImageFolder(source.Location);
}

/// <summary>Images in class folders, <c>CLASS/NAME.jpg</c>, in ordinal order of class, then name.</summary>
internal sealed class ImageFolder : IImageSource
{
    private readonly string folder;

    /// <summary>Lists the folder; decodes nothing.</summary>
    /// <exception cref="InputException">
    /// The folder is missing, has no class folder, or a class folder has no image.
    /// </exception>
    public ImageFolder(string folder)
    {
        this.folder = folder;
        if (!Directory.Exists(folder))
        {
            throw new InputException(
                $"The image folder '{folder}' does not exist; give a folder with one folder of images per class."
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
                $"The image folder '{folder}' has no class folders; it must contain one folder of images per class."
            );
        }

        var images = Classes
            .SelectMany((name, label) => Files(name).Select(file => (Name: $"{name}/{file}", Label: label)))
            .ToList();
        Names = [.. images.Select(image => image.Name)];
        Labels = ImageLabels.SingleLabel([.. images.Select(image => image.Label)]);
    }

    public ImmutableArray<string> Classes { get; }

    public ImageLabels Labels { get; }

    public ImmutableArray<string> Names { get; }

    public string Digest => field ??= FileDigest.Compute(folder, Names, Classes);

    public DecodedImage Read(int index) => ImageFile.Decode(Path.Combine(folder, Names[index]));

    private List<string> Files(string className)
    {
        var classFolder = Path.Combine(folder, className);
        var files = Directory
            .GetFiles(classFolder)
            .Select(path => Path.GetFileName(path)!)
            .Where(file => file[0] != '.' && ImageFile.Endings.Contains(Path.GetExtension(file).ToLowerInvariant()))
            .Order(StringComparer.Ordinal)
            .ToList();
        if (files.Count == 0)
        {
            var endings = string.Join(", ", ImageFile.Endings);
            throw new InputException(
                $"The class folder '{classFolder}' contains no images ({endings}); add some or remove the folder."
            );
        }

        return files;
    }
}
