using SkiaSharp;
using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Formats.Synthetic;

/// <summary>Hasty drawings: thin, wobbly, dark lines on white; nothing is filled.</summary>
internal sealed class QuickdrawStyle : IStyle
{
    public void Paint(SKCanvas canvas, Sketch sketch, ImageRandom random)
    {
        canvas.Clear(SKColors.White);
        var grey = (byte)random.Integer(0, 60);
        var (width, wobble) = (random.Between(0.045, 0.075), random.Between(0.012, 0.05));
        var (seeThrough, slack) = (random.Chance(0.5), random.Between(0, 0.035));
        using var pen = new SKPaint
        {
            IsAntialias = true,
            Style = SKPaintStyle.Stroke,
            StrokeCap = SKStrokeCap.Round,
            StrokeJoin = SKStrokeJoin.Round,
            StrokeWidth = (float)width,
            Color = new(grey, grey, grey),
        };
        using var eraser = new SKPaint { IsAntialias = true, Color = SKColors.White };
        var main = sketch.Parts.Max(part => Extent(part.Path.Bounds));
        foreach (var part in sketch.Parts)
        {
            if (random.Chance(0.1) && Extent(part.Path.Bounds) < main / 2)
            {
                continue; // left out in haste
            }

            using var shaken = SKPathEffect.CreateDiscrete(
                (float)random.Between(0.15, 0.3),
                (float)wobble,
                (uint)random.Next()
            );
            using var rounded = SKPathEffect.CreateCorner(0.12f);
            using var hand = SKPathEffect.CreateCompose(rounded, shaken);
            pen.PathEffect = hand;
            canvas.Save();
            canvas.Translate((float)random.Between(-slack, slack), (float)random.Between(-slack, slack));
            canvas.RotateDegrees((float)random.Between(-100 * slack, 100 * slack));
            if (part.Width == 0 && !seeThrough)
            {
                canvas.DrawPath(part.Path, eraser);
            }

            canvas.DrawPath(part.Path, pen);
            canvas.Restore();
        }

        pen.PathEffect = null;
    }

    private static float Extent(SKRect bounds) => Math.Max(bounds.Width, bounds.Height);

    public void Develop(Span<byte> pixels, int size, ImageRandom random) { }
}
