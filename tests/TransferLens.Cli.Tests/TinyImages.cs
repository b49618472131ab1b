using SkiaSharp;

namespace TransferLens.Cli.Tests;

/// <summary>Small images of discs, bars and rings on noise, written as PNG in class folders; the same for the same seed.</summary>
internal static class TinyImages
{
    /// <summary>The classes, in the order of their labels.</summary>
    public static readonly string[] Classes = ["bar", "disc", "ring"];

    /// <summary>Writes <c>FOLDER/CLASS/00.png</c> and so on.</summary>
    /// <param name="folder">The folder, made if need be.</param>
    /// <param name="each">Images a class.</param>
    /// <param name="seed">Which images.</param>
    /// <param name="inked">Whether shapes are dark on light: another domain.</param>
    public static void Write(string folder, int each, int seed, bool inked = false)
    {
        var random = new Random(seed);
        foreach (var name in Classes)
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
            for (var i = 0; i < each; i++)
            {
                Draw(Path.Combine(folder, name, $"{i:00}.png"), name, random, inked);
            }
        }
    }

    /// <summary>Writes one image of a class: a JPEG where the file's name says so, else a PNG.</summary>
    public static void Draw(string path, string name, Random random, bool inked = false)
    {
        const int side = 20;
        using var bitmap = new SKBitmap(new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(inked ? SKColors.White : Colour(20, 110));
        using var paint = new SKPaint
        {
            Color = inked ? Colour(0, 90) : Colour(120, 256),
            Style = name == "ring" ? SKPaintStyle.Stroke : SKPaintStyle.Fill,
            StrokeWidth = 2,
        };
        var (x, y, radius) = (random.Next(7, 14), random.Next(7, 14), random.Next(4, 7));
        if (name == "bar")
        {
            canvas.DrawRect(x - radius, y - 2, 2 * radius, 4, paint);
        }
        else
        {
            canvas.DrawCircle(x, y, radius, paint);
        }

        using var file = File.Create(path);
        bitmap.Encode(
            file,
            Path.GetExtension(path).StartsWith(".j", StringComparison.OrdinalIgnoreCase)
                ? SKEncodedImageFormat.Jpeg
                : SKEncodedImageFormat.Png,
            100
        );

        SKColor Colour(int from, int to) =>
            new((byte)random.Next(from, to), (byte)random.Next(from, to), (byte)random.Next(from, to));
    }
}
