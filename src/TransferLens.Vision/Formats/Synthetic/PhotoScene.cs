using SkiaSharp;
using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Formats.Synthetic;

/// <summary>Background and foreground of a synthetic photograph.</summary>
internal static class PhotoScene
{
    /// <summary>Paints the background and returns its main colour.</summary>
    public static SKColor Background(SKCanvas canvas, ImageRandom random)
    {
        var sky = Colours.Any(random, 0.05, 0.6, 0.2, 0.95);
        Ground(canvas, -1, sky, random);
        if (random.Chance(0.55))
        {
            Ground(canvas, (float)random.Between(-0.3, 0.7), Colours.Any(random, 0.05, 0.6, 0.2, 0.9), random);
        }

        using var paint = new SKPaint { IsAntialias = true };
        for (var i = random.Integer(1, 6); i > 0; i--)
        {
            paint.Color = (
                random.Chance(0.75) ? sky.Shade(random.Between(-0.4, 0.4)) : Colours.Any(random, 0.05, 0.7, 0.15, 0.95)
            ).WithAlpha((byte)random.Integer(40, 170));
            Clutter(canvas, paint, random.Between(-1, 1), random.Between(-1, 1), random.Between(0.08, 0.45), random);
        }

        return sky;
    }

    /// <summary>Sometimes paints something small, near an edge more often than not, over the object.</summary>
    public static void Foreground(SKCanvas canvas, ImageRandom random)
    {
        using var paint = new SKPaint { IsAntialias = true };
        for (var i = random.Chance(0.4) ? random.Integer(1, 2) : 0; i > 0; i--)
        {
            paint.Color = Colours.Any(random, 0.05, 0.8, 0.15, 0.9);
            var angle = random.Between(0, 2 * Math.PI);
            var away = random.Between(0.6, 1.1);
            Clutter(canvas, paint, away * Math.Cos(angle), away * Math.Sin(angle), random.Between(0.08, 0.22), random);
        }
    }

    private static void Ground(SKCanvas canvas, float top, SKColor colour, ImageRandom random)
    {
        var tilt = (float)random.Between(-1, 1);
        using var shade = SKShader.CreateLinearGradient(
            new(tilt, top),
            new(-tilt, 1),
            [colour.Shade(random.Between(-0.4, 0.4)), colour.Shade(random.Between(-0.4, 0.4))],
            SKShaderTileMode.Clamp
        );
        using var paint = new SKPaint { Shader = shade };
        canvas.DrawRect(-1, top, 2, 1 - top, paint);
    }

    private static void Clutter(SKCanvas canvas, SKPaint paint, double x, double y, double size, ImageRandom random)
    {
        canvas.Save();
        canvas.Translate((float)x, (float)y);
        canvas.RotateDegrees((float)random.Between(0, 180));
        var (wide, narrow) = ((float)(size * random.Between(1, 2.5)), (float)(size * random.Between(0.3, 1)));
        paint.Style = SKPaintStyle.Fill;
        switch (random.Integer(0, 3))
        {
            case 0:
                canvas.DrawOval(0, 0, wide, narrow, paint);
                break;
            case 1:
                canvas.DrawRect(-wide, -narrow, 2 * wide, 2 * narrow, paint);
                break;
            case 2:
                paint.Style = SKPaintStyle.Stroke;
                paint.StrokeWidth = narrow * 0.4f;
                canvas.DrawLine(-2 * wide, 0, 2 * wide, 0, paint);
                break;
            default:
                using (var path = new SKPath())
                {
                    path.AddPoly([
                        new(-wide, -narrow),
                        new(wide, -narrow * (float)random.Between(-1, 1)),
                        new((float)random.Between(-1, 1) * wide, narrow),
                    ]);
                    canvas.DrawPath(path, paint);
                }

                break;
        }

        canvas.Restore();
    }
}
