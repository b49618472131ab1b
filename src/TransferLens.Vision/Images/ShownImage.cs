using SkiaSharp;
using static TorchSharp.torch;

namespace TransferLens.Vision.Images;

/// <summary>Writes images of a set as files for people to look at.</summary>
internal static class ShownImage
{
    // In pixels. A larger PNG file is several times as large as a JPEG file that looks alike.
    private const int LargestPng = 64;

    /// <summary>One image as the bytes of a PNG file, or, if it is larger, of a JPEG file.</summary>
    /// <param name="images">The set, of square uint8 images with three channels.</param>
    /// <param name="index">Index of the image.</param>
    /// <param name="maximumSide">A larger image is scaled down to this side in pixels.</param>
    public static byte[] Encode(ImageSet images, int index, int maximumSide)
    {
        using var scope = NewDisposeScope();
        var (side, values) = (images.Size, images.Read([index]).bytes.ToArray());
        using var bitmap = new SKBitmap(new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var area = side * side;
        var pixels = bitmap.GetPixelSpan();
        for (var i = 0; i < area; i++)
        {
            pixels[4 * i] = values[i];
            pixels[(4 * i) + 1] = values[i + area];
            pixels[(4 * i) + 2] = values[i + (2 * area)];
            pixels[(4 * i) + 3] = byte.MaxValue;
        }

        if (side <= maximumSide)
        {
            return Encode(bitmap);
        }

        var smooth = new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear);
        using var smaller = bitmap.Resize(bitmap.Info.WithSize(maximumSide, maximumSide), smooth);
        return Encode(smaller);
    }

    private static byte[] Encode(SKBitmap bitmap)
    {
        using var data =
            bitmap.Width <= LargestPng
                ? bitmap.Encode(SKEncodedImageFormat.Png, quality: 100)
                : bitmap.Encode(SKEncodedImageFormat.Jpeg, quality: 90);
        return data.ToArray();
    }
}
