using System.Collections.Immutable;
using SkiaSharp;
using TransferLens.Studies;

namespace TransferLens.Data;

/// <summary>
/// Pictures in class folders, <c>CLASS/NAME.jpg</c>, in ordinal order of class, then name. JPEG, PNG, BMP and WebP; grey
/// and palette become RGB, transparency is dropped, orientation tags and colour profiles are not applied, as Pillow's
/// <c>convert("RGB")</c> does it.
/// </summary>
internal sealed class ImageFolder : IPictureSource
{
    private static readonly string[] Endings = [".jpg", ".jpeg", ".png", ".bmp", ".webp"];

    private readonly string folder;

    /// <summary>Lists the folder; decodes nothing.</summary>
    /// <exception cref="InputException">The folder is missing, has no class folder, or a class folder has no picture.</exception>
    public ImageFolder(DataSource source)
    {
        folder = source.Location;
        if (!Directory.Exists(folder))
        {
            throw new InputException($"The picture folder '{folder}' does not exist; give a folder that holds one folder of pictures for each class.");
        }

        Classes = [.. Directory.GetDirectories(folder).Select(path => Path.GetFileName(path)!).Where(name => name[0] != '.').Order(StringComparer.Ordinal)];
        if (Classes.IsEmpty)
        {
            throw new InputException($"The picture folder '{folder}' has no class folders; it must hold one folder of pictures for each class.");
        }

        var all = Classes.SelectMany((name, label) => Pictures(name).Select(file => (Name: $"{name}/{file}", Label: label)))
            .Take(source.Limit ?? int.MaxValue).ToList();
        Names = [.. all.Select(picture => picture.Name)];
        Labels = [.. all.Select(picture => picture.Label)];
    }

    public ImmutableArray<string> Classes { get; }

    public ImmutableArray<int> Labels { get; }

    public ImmutableArray<string> Names { get; }

    public string Digest => field ??= FileDigest.Of(folder, Names, Classes);

    public DecodedPicture Read(int index) => Decode(Path.Combine(folder, Names[index]));

    private List<string> Pictures(string name)
    {
        var files = Directory.GetFiles(Path.Combine(folder, name)).Select(path => Path.GetFileName(path)!)
            .Where(file => file[0] != '.' && Endings.Contains(Path.GetExtension(file).ToLowerInvariant())).Order(StringComparer.Ordinal).ToList();
        return files.Count > 0 ? files : throw new InputException($"The class folder '{Path.Combine(folder, name)}' holds no picture ({string.Join(", ", Endings)}); fill it or remove it.");
    }

    private static DecodedPicture Decode(string path)
    {
        using var codec = SKCodec.Create(path, out var opened);
        if (codec is null)
        {
            throw Bad(path, opened);
        }

        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul, null);
        if ((long)info.Width * info.Height > 1L << 28)
        {
            throw new InputException($"The picture '{path}' claims {info.Width} x {info.Height} pixels, more than the {1L << 28} that are taken; remove it, or run with --skip-bad-pictures.");
        }

        using var bitmap = new SKBitmap(info);
        var result = codec.GetPixels(info, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
        {
            throw Bad(path, result);
        }

        var rgba = bitmap.GetPixelSpan();
        var rgb = new byte[info.Width * info.Height * 3];
        for (var i = 0; i < rgb.Length / 3; i++)
        {
            rgba.Slice(4 * i, 3).CopyTo(rgb.AsSpan(3 * i));
        }

        return new(info.Width, info.Height, rgb);
    }

    private static InputException Bad(string path, SKCodecResult why) =>
        new($"The picture '{path}' cannot be decoded ({why}); replace it, or run with --skip-bad-pictures.");
}
