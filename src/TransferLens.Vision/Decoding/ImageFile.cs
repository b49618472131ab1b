using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using SkiaSharp;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Decoding;

/// <summary>
/// Decodes a JPEG, PNG, BMP or WebP file. Grey and palette become RGB, transparency is dropped, orientation tags and
/// colour profiles are not applied, as Pillow's <c>convert("RGB")</c> does it.
/// </summary>
internal static class ImageFile
{
    /// <summary>Endings of the files that are taken for images, in lower case.</summary>
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

    /// <summary>Most pixels of an image: what Pillow takes before it calls an image a decompression bomb.</summary>
    public const long MostPixels = 178_956_970;

    // Most pixels of an image whose memory is kept for the next: 16 MiB for each thread.
    private const long KeptPixels = 1 << 22;

    /// <summary>The decoded image. Seven bytes a pixel are taken, of which three stay; the others may stay for the next image.</summary>
    /// <exception cref="InputException">The file cannot be decoded; it is named.</exception>
    public static DecodedImage Decode(string path)
    {
        Check(path);
        using var codec = SKCodec.Create(path, out var opened);
        if (codec is null)
        {
            throw Bad(path, opened);
        }

        var info = new SKImageInfo(
            codec.Info.Width,
            codec.Info.Height,
            SKColorType.Rgba8888,
            codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul,
            null
        );
        var claimed = (long)info.Width * info.Height;
        if (claimed > MostPixels)
        {
            throw new InputException(
                $"The image '{path}' claims {info.Width} x {info.Height} pixels, more than the {MostPixels} that are taken; remove it, or run with --skip-bad-images."
            );
        }

        LargeImages.Ask(claimed);
        return claimed <= KeptPixels
            ? Pooled(path, codec, info)
            : Decoded(path, codec, info, GC.AllocateUninitializedArray<byte>(info.BytesSize));
    }

    // Fresh memory for each image costs as much as a tenth of decoding it.
    private static DecodedImage Pooled(string path, SKCodec codec, SKImageInfo info)
    {
        var rgba = ArrayPool<byte>.Shared.Rent(info.BytesSize);
        try
        {
            return Decoded(path, codec, info, rgba);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rgba);
        }
    }

    private static unsafe DecodedImage Decoded(string path, SKCodec codec, SKImageInfo info, byte[] rgba)
    {
        fixed (byte* pixels = rgba)
        {
            var result = codec.GetPixels(info, (nint)pixels);
            return result == SKCodecResult.Success
                ? new(info.Width, info.Height, Opaque(rgba, info.Width * info.Height))
                : throw Bad(path, result);
        }
    }

    // Red, green and blue of four bytes a pixel.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static byte[] Opaque(byte[] rgba, int pixels)
    {
        var rgb = GC.AllocateUninitializedArray<byte>(pixels * 3);
        var pixel = 0;
        for (; (pixel * 3) + Vector128<byte>.Count <= rgb.Length; pixel += 4)
        {
            // Four pixels; the last four bytes are written over by the next.
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

    private static InputException Bad(string path, SKCodecResult why) =>
        new($"The image '{path}' cannot be decoded ({why}); replace it, or run with --skip-bad-images.");
}
