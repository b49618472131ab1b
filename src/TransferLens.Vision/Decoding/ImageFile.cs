using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using SkiaSharp;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Decoding;

/// <summary>
/// Decodes a JPEG, PNG, BMP, WebP, GIF, TIFF or binary PPM or PGM file as Pillow's <c>convert("RGB")</c> does: grey and
/// palette images become RGB, transparency is dropped, orientation tags and colour profiles are not applied. Of several
/// frames, the first is read.
/// </summary>
internal static class ImageFile
{
    /// <summary>Endings of image files, in lower case.</summary>
    public static readonly string[] Endings =
    [
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".png",
        ".bmp",
        ".webp",
        ".gif",
        ".ppm",
        ".pgm",
        ".tif",
        ".tiff",
    ];

    private static readonly Vector128<byte> WithoutAlpha = Vector128.Create(
        (byte)0,
        1,
        2,
        4,
        5,
        6,
        8,
        9,
        10,
        12,
        13,
        14,
        255,
        255,
        255,
        255
    );

    /// <summary>Most pixels of an image: Pillow's limit for a decompression bomb.</summary>
    public const long MaximumPixels = 178_956_970;

    // Most pixels of an image whose memory is reused for the next: 16 MiB per thread.
    private const long PooledPixels = 1 << 22;

    /// <summary>Whether a file has one of the <see cref="Endings"/>, in lower or upper case.</summary>
    public static bool HasEnding(string path) => Endings.Contains(Path.GetExtension(path).ToLowerInvariant());

    /// <summary>Decodes a file. Takes seven bytes per pixel, of which the result keeps three.</summary>
    /// <exception cref="InputException">The file cannot be decoded; it is named.</exception>
    public static DecodedImage Decode(string path)
    {
        Check(path);
        var start = ForeignFile.ReadStart(path);
        if (GifImage.Is(start) || JpegImage.Is(start))
        {
            return Decode(File.ReadAllBytes(path), path);
        }

        using var codec = SKCodec.Create(path, out var opened);

        if (IsUsual(codec))
        {
            return Decode(path, codec!);
        }

        return HasOtherReader(start)
            ? DecodeOther(File.ReadAllBytes(path), path)
            : throw ForeignImages.Find(path, start) ?? Undecodable(path, opened);
    }

    /// <summary>Decodes the content of a file.</summary>
    /// <param name="content">The content.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <exception cref="InputException">It cannot be decoded.</exception>
    public static DecodedImage Decode(byte[] content, string name)
    {
        if (JpegImage.Is(content) && JpegImage.TryDecode(content, name, out var image))
        {
            return image;
        }

        content = GifImage.Is(content) ? GifImage.ShowTransparent(content) : content;
        using var data = SKData.CreateCopy(content);
        using var codec = SKCodec.Create(data);
        if (IsUsual(codec))
        {
            return Decode(name, codec!);
        }

        return HasOtherReader(content)
            ? DecodeOther(content, name)
            : throw ForeignImages.Find(name, content) ?? Undecodable(name, SKCodecResult.InvalidInput);
    }

    // Raw photographs are TIFF files too.
    private static bool IsUsual(SKCodec? codec) => codec is { EncodedFormat: not SKEncodedImageFormat.Dng };

    private static bool HasOtherReader(ReadOnlySpan<byte> start) => TiffDirectory.Is(start) || PortableMap.Is(start);

    private static DecodedImage DecodeOther(byte[] content, string name) =>
        TiffDirectory.Is(content) ? TiffImage.Decode(content, name) : PortableMap.Decode(content, name);

    private static DecodedImage Decode(string path, SKCodec codec)
    {
        var info = new SKImageInfo(
            codec.Info.Width,
            codec.Info.Height,
            SKColorType.Rgba8888,
            codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul,
            null
        );
        var pixels = (long)info.Width * info.Height;
        CheckPixels(path, info.Width, info.Height);
        LargeImages.Request(pixels);
        return pixels <= PooledPixels
            ? DecodePooled(path, codec, info)
            : Decode(path, codec, info, GC.AllocateUninitializedArray<byte>(info.BytesSize));
    }

    /// <summary>Checks the size that an image claims.</summary>
    /// <exception cref="InputException">It is more than <see cref="MaximumPixels"/>.</exception>
    public static void CheckPixels(string path, long width, long height)
    {
        if (width * height > MaximumPixels)
        {
            throw new InputException(
                $"The image '{path}' claims {width} x {height} pixels, more than the limit of {MaximumPixels}; "
                    + "remove it, or skip bad images."
            );
        }
    }

    // New memory for each image would cost up to a tenth of the time of decoding it.
    private static DecodedImage DecodePooled(string path, SKCodec codec, SKImageInfo info)
    {
        var rgba = ArrayPool<byte>.Shared.Rent(info.BytesSize);
        try
        {
            return Decode(path, codec, info, rgba);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rgba);
        }
    }

    private static unsafe DecodedImage Decode(string path, SKCodec codec, SKImageInfo info, byte[] rgba)
    {
        fixed (byte* pixels = rgba)
        {
            var result = codec.GetPixels(info, (nint)pixels);
            return result == SKCodecResult.Success
                ? new(info.Width, info.Height, DropAlpha(rgba, info.Width * info.Height))
                {
                    HasMoreFrames = MayMove(codec) && codec.FrameCount > 1,
                }
                : throw Undecodable(path, result);
        }
    }

    private static bool MayMove(SKCodec codec) =>
        codec.EncodedFormat is SKEncodedImageFormat.Gif or SKEncodedImageFormat.Webp;

    // Red, green and blue of four bytes per pixel.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static byte[] DropAlpha(byte[] rgba, int pixels)
    {
        var rgb = GC.AllocateUninitializedArray<byte>(pixels * 3);
        var pixel = 0;
        for (; (pixel * 3) + Vector128<byte>.Count <= rgb.Length; pixel += 4)
        {
            // Four pixels; the next ones overwrite the last four bytes.
            Vector128.Shuffle(Vector128.LoadUnsafe(ref rgba[pixel * 4]), WithoutAlpha).StoreUnsafe(ref rgb[pixel * 3]);
        }

        for (; pixel < pixels; pixel++)
        {
            rgba.AsSpan(pixel * 4, 3).CopyTo(rgb.AsSpan(pixel * 3));
        }

        return rgb;
    }

    private static void Check(string path)
    {
        try
        {
            if (BrokenLink.Is(path))
            {
                throw new InputException(
                    $"The image '{path}' is a link to '{new FileInfo(path).LinkTarget}', which does not exist; "
                        + "restore that "
                        + "file (for example with dvc pull or git annex get), remove the link, or skip bad images."
                );
            }

            InputFile.Check(path, InputFile.MostBytes);
        }
        catch (IOException missing)
        {
            throw new InputException($"The image '{path}' cannot be read: {missing.Message}", missing);
        }
    }

    private static InputException Undecodable(string path, SKCodecResult reason) =>
        new($"The image '{path}' cannot be decoded ({reason}); replace it, or skip bad images.");
}
