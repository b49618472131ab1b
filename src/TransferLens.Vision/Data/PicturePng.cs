using SkiaSharp;
using static TorchSharp.torch;

namespace TransferLens.Data;

/// <summary>Writes pictures of a set as PNG, for people to look at.</summary>
public static class PicturePng
{
    /// <summary>One picture as the bytes of a PNG file; equal pictures give equal bytes.</summary>
    /// <param name="pictures">The set.</param>
    /// <param name="index">Which of its pictures.</param>
    /// <param name="most">Largest side in pixels; a larger picture is scaled down, a smaller one stays as it is.</param>
    public static byte[] Of(PictureSet pictures, int index, int most)
    {
        using var scope = NewDisposeScope();
        var (side, values) = (pictures.Size, pictures.Read([index]).bytes.ToArray());
        using var bitmap = new SKBitmap(new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var pixels = bitmap.GetPixelSpan();
        for (var i = 0; i < side * side; i++)
        {
            (pixels[4 * i], pixels[(4 * i) + 1], pixels[(4 * i) + 2], pixels[(4 * i) + 3]) =
                (values[i], values[i + (side * side)], values[i + (2 * side * side)], byte.MaxValue);
        }

        using var small = side <= most ? null : bitmap.Resize(bitmap.Info.WithSize(most, most), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using var data = (small ?? bitmap).Encode(SKEncodedImageFormat.Png, quality: 100);
        return data.ToArray();
    }
}
