using SkiaSharp;
using static TorchSharp.torch;

namespace TransferLens.Vision.Images;

/// <summary>Writes images of a set as PNG, for people to look at.</summary>
public static class ImagePng
{
    /// <summary>One image as the bytes of a PNG file; equal images give equal bytes.</summary>
    /// <param name="images">The set.</param>
    /// <param name="index">Which of its images.</param>
    /// <param name="most">Largest side in pixels; a larger image is scaled down, a smaller one stays as it is.</param>
    public static byte[] Of(ImageSet images, int index, int most)
    {
        using var scope = NewDisposeScope();
        var (side, values) = (images.Size, images.Read([index]).bytes.ToArray());
        using var bitmap = new SKBitmap(new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var pixels = bitmap.GetPixelSpan();
        for (var i = 0; i < side * side; i++)
        {
            (pixels[4 * i], pixels[(4 * i) + 1], pixels[(4 * i) + 2], pixels[(4 * i) + 3]) = (
                values[i],
                values[i + (side * side)],
                values[i + (2 * side * side)],
                byte.MaxValue
            );
        }

        using var small =
            side <= most
                ? null
                : bitmap.Resize(
                    bitmap.Info.WithSize(most, most),
                    new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear)
                );
        using var data = (small ?? bitmap).Encode(SKEncodedImageFormat.Png, quality: 100);
        return data.ToArray();
    }
}
