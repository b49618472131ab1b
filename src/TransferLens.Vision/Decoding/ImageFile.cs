using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using SkiaSharp;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Decoding;

/// <summary>
/// Decodes a JPEG, PNG, BMP or WebP file as Pillow's <c>convert("RGB")</c> does: grey and palette images become RGB,
/// transparency is dropped, orientation tags and colour profiles are not applied.
/// </summary>
internal static class ImageFile
{
    /// <summary>Endings of image files, in lower case.</summary>
    public static readonly string[] Endings = [".jpg", ".jpeg", ".png", ".bmp", ".webp"];

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

    /// <summary>Decodes a file. Takes seven bytes per pixel, of which the result keeps three.</summary>
    /// <exception cref="InputException">The file cannot be decoded; it is named.</exception>
    public static DecodedImage Decode(string path)
    {
        Check(path);
        using var codec = SKCodec.Create(path, out var opened);
        if (codec is null)
        {
            throw Undecodable(path, opened);
        }

        var info = new SKImageInfo(
            codec.Info.Width,
            codec.Info.Height,
            SKColorType.Rgba8888,
            codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul,
            null
        );
        var pixels = (long)info.Width * info.Height;
        if (pixels > MaximumPixels)
        {
            throw new InputException(
                $"The image '{path}' claims {info.Width} x {info.Height} pixels, more than the limit of "
                    + $"{MaximumPixels}; remove it, or skip bad images."
            );
        }

        LargeImages.Request(pixels);
        return pixels <= PooledPixels
            ? DecodePooled(path, codec, info)
            : Decode(path, codec, info, GC.AllocateUninitializedArray<byte>(info.BytesSize));
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
                : throw Undecodable(path, result);
        }
    }

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
