using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using SkiaSharp;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Formats.Synthetic;
using TransferLens.Vision.Images;
using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Formats;

/// <summary>
/// Drawn images of everyday objects in three styles, and noise as a fourth, so that a study runs without data files.
/// Every image is a function of style, split, class, number and seed alone.
/// </summary>
internal sealed class SyntheticImages : IImageSource
{
    // Raise it when any image changes, so that caches and results of the old drawings are not used for the new ones.
    private const int DrawingVersion = 1;

    // Images are drawn at this multiple of their size and averaged down.
    private const int Oversampling = 2;

    private readonly string styleName;
    private readonly IStyle style;
    private readonly string split;
    private readonly int images;
    private readonly int size;
    private readonly int seed;

    /// <summary>Reads the options of <see cref="SyntheticFormat"/>; the classes are the first ones.</summary>
    /// <exception cref="InputException">An option is missing or invalid.</exception>
    public SyntheticImages(DataSource source)
    {
        styleName = source.Value(SyntheticFormat.Style);
        style = Styles.Find(styleName);
        split = source.IsTraining() ? "train" : "test";
        images = source.Value(SyntheticFormat.Count) ?? 100;
        size = source.Value(SyntheticFormat.Size) ?? 32;
        seed = source.Value(SyntheticFormat.Seed) ?? 0;
        var classes = source.Value(SyntheticFormat.Classes) ?? Shapes.All.Length;
        Classes = [.. Shapes.All.Take(classes).Select(shape => shape.Name)];
        var count = Classes.Length * images;
        Labels = ImageLabels.SingleLabel([.. Enumerable.Range(0, count).Select(i => i / images)]);
        Names = [.. Enumerable.Range(0, count).Select(i => $"{Classes[i / images]}/{i % images}")];
    }

    public ImmutableArray<string> Classes { get; }

    public ImageLabels Labels { get; }

    public ImmutableArray<string> Names { get; }

    public string Digest =>
        field ??= Convert.ToHexStringLower(
            SHA256.HashData(
                JsonSerializer.SerializeToUtf8Bytes<string[]>([
                    "synthetic",
                    $"{DrawingVersion}",
                    styleName,
                    split,
                    $"{images}",
                    $"{size}",
                    $"{seed}",
                    $"{Labels.Count}",
                    .. Classes,
                ])
            )
        );

    public DecodedImage Read(int index)
    {
        var shape = Shapes.All[Labels.Single[index]];
        var random = new ImageRandom(styleName, split, shape.Name, $"{index % images}", $"{seed}");
        using var sketch = new Sketch();
        shape.Draw(sketch, random);
        var (pose, scale) = Pose(shape, random);
        sketch.Place(pose, scale);
        var side = Oversampling * size;
        using var bitmap = new SKBitmap(new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Scale(side / 2f);
            canvas.Translate(1, 1);
            style.Paint(canvas, sketch, random);
        }

        var pixels = AverageDown(bitmap.GetPixelSpan());
        style.Develop(pixels, size, random);
        return new(size, size, pixels);
    }

    private static (SKMatrix Pose, double Scale) Pose(Shape shape, ImageRandom random)
    {
        var (scale, aspect) = (random.Between(0.6, 0.95), random.Between(0.87, 1.15));
        var turn = shape.Turn * (random.Chance(0.2) ? 1.7 : 0.8) * random.Between(-1, 1);
        var room = 1.05 - scale;
        var pose = SKMatrix
            .CreateScale((float)(random.Sign() * scale * aspect), (float)(scale / aspect))
            .PostConcat(SKMatrix.CreateSkew((float)random.Between(-0.15, 0.15), 0))
            .PostConcat(SKMatrix.CreateRotationDegrees((float)turn))
            .PostConcat(
                SKMatrix.CreateTranslation((float)random.Between(-room, room), (float)random.Between(-room, room))
            );
        return (pose, scale);
    }

    // The mean of 2 x 2 pixels, without transparency.
    private byte[] AverageDown(ReadOnlySpan<byte> rgba)
    {
        var (rgb, line) = (new byte[size * size * 3], Oversampling * size * 4);
        for (var i = 0; i < size * size; i++)
        {
            var from = (i / size * 2 * line) + (i % size * 8);
            for (var c = 0; c < 3; c++)
            {
                rgb[(3 * i) + c] = (byte)(
                    (rgba[from + c] + rgba[from + c + 4] + rgba[from + c + line] + rgba[from + c + line + 4] + 2) / 4
                );
            }
        }

        return rgb;
    }
}
