using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>The format <c>image_folder</c>.</summary>
internal sealed class ImageFolderFormat : ImageFormat
{
    /// <summary>Its name, which is also the format of a path without one.</summary>
    internal const string FormatName = "image_folder";

    public override string Name => FormatName;

    public override string Summary => "One folder of images per class; images may be in sub-folders of it.";

    public override PathKind? Location => PathKind.Folder;

    public override IImageSource Open(DataSource source) => new ImageFolder(source.Location);
}

/// <summary>
/// Images in class folders, <c>CLASS/NAME.jpg</c> or <c>CLASS/ANY/FOLDERS/NAME.jpg</c>, in the order of
/// <see cref="ClassOrder"/>, then ordinal order of their paths.
/// </summary>
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
            var problem = File.Exists(folder) ? "is a file" : "does not exist";
            throw new InputException(
                $"The image folder '{folder}' {problem}; give a folder with one folder of images per class."
            );
        }

        var listing = new ClassFolders(folder);
        Classes = listing.Names();
        if (Classes.IsEmpty)
        {
            throw new InputException(
                $"The image folder '{folder}' has no class folders; it must contain one folder of images per class."
            );
        }

        var images = Classes
            .SelectMany((name, label) => listing.Images(name).Select(file => (Name: file, Label: label)))
            .ToList();
        Names = [.. images.Select(image => image.Name)];
        Labels = ImageLabels.SingleLabel([.. images.Select(image => image.Label)]);
        LeftOut = listing.LeftOut;
    }

    public ImmutableArray<string> Classes { get; }

    public ImageLabels Labels { get; }

    public ImmutableArray<string> Names { get; }

    public ImmutableArray<LeftOutFiles> LeftOut { get; }

    public string Digest => Files.Digest;

    public ImmutableArray<ulong> Contents => Files.Contents;

    private FileDigest Files => field ??= FileDigest.Compute(folder, Names, Classes);

    public DecodedImage Read(int index) => ImageFile.Decode(Path.Combine(folder, Names[index]));
}
