using SkiaSharp;
using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Formats.Synthetic;

/// <summary>Like computer drawings: flat bright colours, even dark outlines, a plain background.</summary>
internal sealed class ClipartStyle : IStyle
{
    public void Paint(SKCanvas canvas, Sketch sketch, ImageRandom random)
    {
        Background(canvas, random);
        var inks = Enumerable.Range(0, 3).Select(_ => Colours.Any(random, 0.55, 1, 0.7, 1)).ToArray();
        var (outline, drawn, shaded) = (random.Between(0.03, 0.07), random.Chance(0.85), random.Chance(0.35));
        var edge = random.Chance(0.7) ? new SKColor(20, 20, 25) : inks[0].Shade(-0.7);
        using var paint = new SKPaint
        {
            IsAntialias = true,
            StrokeCap = SKStrokeCap.Round,
            StrokeJoin = SKStrokeJoin.Round,
        };
        foreach (var part in sketch.Parts)
        {
            var colour = part.Ink switch
            {
                Ink.Dark => edge,
                Ink.Light => SKColors.White,
                _ => inks[(int)part.Ink],
            };
            if (part.Width > 0)
            {
                paint.Style = SKPaintStyle.Stroke;
                if (drawn && part.Ink != Ink.Dark && part.Width > outline)
                {
                    Draw(part.Path, edge, part.Width + outline);
                }

                Draw(part.Path, colour, Math.Max(part.Width, (float)outline * 0.8f));
                continue;
            }

            paint.Style = SKPaintStyle.Fill;
            Draw(part.Path, colour, 0);
            if (shaded && part.Ink == Ink.Body)
            {
                Shadow(part.Path, colour);
            }

            if (drawn)
            {
                paint.Style = SKPaintStyle.Stroke;
                Draw(part.Path, edge, outline);
            }
        }

        void Draw(SKPath path, SKColor colour, double width)
        {
            paint.Color = colour;
            paint.StrokeWidth = (float)width;
            canvas.DrawPath(path, paint);
        }

        // A second flat tone on the right-hand side.
        void Shadow(SKPath path, SKColor colour)
        {
            canvas.Save();
            canvas.ClipPath(path, antialias: true);
            canvas.Translate(path.Bounds.Width * -0.22f, path.Bounds.Height * -0.1f);
            canvas.ClipPath(path, SKClipOperation.Difference, antialias: true);
            canvas.Translate(path.Bounds.Width * 0.22f, path.Bounds.Height * 0.1f);
            Draw(path, colour.Shade(-0.25), 0);
            canvas.Restore();
        }
    }

    public void Develop(Span<byte> pixels, int size, ImageRandom random) { }

    private static void Background(SKCanvas canvas, ImageRandom random)
    {
        canvas.Clear(random.Chance(0.6) ? SKColors.White : Colours.Any(random, 0.1, 0.45, 0.85, 1));
        if (!random.Chance(0.35))
        {
            return;
        }

        using var paint = new SKPaint { IsAntialias = true, Color = Colours.Any(random, 0.15, 0.6, 0.75, 1) };
        switch (random.Integer(0, 2))
        {
            case 0:
                canvas.DrawCircle(0, 0, (float)random.Between(0.7, 0.98), paint);
                break;
            case 1:
                canvas.DrawRect(-1, (float)random.Between(0.1, 0.7), 2, 2, paint);
                break;
            default:
                canvas.DrawCircle(
                    (float)random.Between(-0.9, 0.9),
                    (float)random.Between(-0.9, -0.5),
                    (float)random.Between(0.15, 0.4),
                    paint
                );
                break;
        }
    }
}
