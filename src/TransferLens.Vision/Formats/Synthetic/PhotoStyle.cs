using SkiaSharp;
using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Formats.Synthetic;

/// <summary>
/// Like photographs: shaded and textured objects in a cluttered scene, under one light, seen by a noisy camera.
/// </summary>
internal sealed class PhotoStyle : IStyle
{
    public void Paint(SKCanvas canvas, Sketch sketch, ImageRandom random)
    {
        var scene = PhotoScene.Background(canvas, random);
        var angle = random.Between(-Math.PI, 0);
        var light = new SKPoint((float)Math.Cos(angle), (float)Math.Sin(angle));
        Shadow(canvas, sketch, light, random);
        var inks = Inks(scene, random);
        var (strength, round, pattern) = (random.Between(0.2, 0.55), random.Chance(0.5), random.Chance(0.3));
        foreach (var part in sketch.Parts)
        {
            var colour = inks[(int)part.Ink];
            using var shade = Shading(part.Path.Bounds, colour, light, strength, round);
            using var paint = new SKPaint
            {
                IsAntialias = true,
                Shader = shade,
                Style = part.Width > 0 ? SKPaintStyle.Stroke : SKPaintStyle.Fill,
                StrokeWidth = part.Width,
                StrokeCap = SKStrokeCap.Round,
            };
            canvas.DrawPath(part.Path, paint);
            if (pattern && part.Ink == Ink.Body && part.Width == 0)
            {
                Pattern(canvas, part.Path, colour.Luma() > 0.45 ? SKColors.Black : SKColors.White, random);
            }
        }

        PhotoScene.Foreground(canvas, random);
    }

    public void Develop(Span<byte> pixels, int size, ImageRandom random) => Camera.Expose(pixels, size, random);

    // There is nothing to learn from bodies that cannot be distinguished from the background.
    private static SKColor[] Inks(SKColor scene, ImageRandom random)
    {
        var body = Colours.Any(random, 0.2, 0.95, 0.3, 1);
        for (var i = 0; i < 8 && Math.Abs(body.Luma() - scene.Luma()) < 0.25; i++)
        {
            body = Colours.Any(random, 0.2, 0.95, 0.3, 1);
        }

        var dark = Colours.Any(random, 0, 0.4, 0.05, 0.22);
        return
        [
            body,
            Colours.Any(random, 0.1, 0.9, 0.25, 1),
            Colours.Any(random, 0.1, 0.9, 0.25, 1),
            dark,
            Colours.Any(random, 0, 0.15, 0.75, 1),
        ];
    }

    private static void Shadow(SKCanvas canvas, Sketch sketch, SKPoint light, ImageRandom random)
    {
        var reach = (float)random.Between(0.03, 0.15);
        using var paint = new SKPaint
        {
            IsAntialias = true,
            Color = SKColors.Black.WithAlpha((byte)random.Integer(25, 70)),
        };
        canvas.Save();
        canvas.Translate(-light.X * reach, -light.Y * reach);
        foreach (var part in sketch.Parts)
        {
            paint.Style = part.Width > 0 ? SKPaintStyle.Stroke : SKPaintStyle.Fill;
            paint.StrokeWidth = part.Width;
            canvas.DrawPath(part.Path, paint);
        }

        canvas.Restore();
    }

    private static SKShader Shading(SKRect bounds, SKColor colour, SKPoint light, double strength, bool round)
    {
        var (middle, reach) = (
            new SKPoint(bounds.MidX, bounds.MidY),
            Math.Max(0.05f, Math.Max(bounds.Width, bounds.Height) / 2)
        );
        var lit = new SKPoint(middle.X + (light.X * reach), middle.Y + (light.Y * reach));
        SKColor[] tones = [colour.Shade(strength * 0.8), colour, colour.Shade(-strength)];
        return round
            ? SKShader.CreateRadialGradient(
                new(middle.X + (light.X * reach * 0.4f), middle.Y + (light.Y * reach * 0.4f)),
                reach * 1.5f,
                tones,
                SKShaderTileMode.Clamp
            )
            : SKShader.CreateLinearGradient(
                lit,
                new(middle.X - (light.X * reach), middle.Y - (light.Y * reach)),
                tones,
                SKShaderTileMode.Clamp
            );
    }

    private static void Pattern(SKCanvas canvas, SKPath path, SKColor ink, ImageRandom random)
    {
        using var paint = new SKPaint
        {
            IsAntialias = true,
            Style = SKPaintStyle.Stroke,
            Color = ink.WithAlpha((byte)random.Integer(25, 80)),
        };
        var (step, dots) = ((float)random.Between(0.1, 0.25), random.Chance(0.4));
        paint.StrokeWidth = step * (float)random.Between(0.3, 0.6);
        using var dashes = dots ? SKPathEffect.CreateDash([0, step], 0) : null;
        paint.PathEffect = dashes;
        paint.StrokeCap = dots ? SKStrokeCap.Round : SKStrokeCap.Butt;
        canvas.Save();
        canvas.ClipPath(path, antialias: true);
        canvas.RotateDegrees((float)random.Between(0, 180));
        for (var y = -1.5f; y < 1.5f; y += step)
        {
            canvas.DrawLine(-1.5f, y, 1.5f, y, paint);
        }

        canvas.Restore();
    }
}
