using ScottPlot;
using SkiaSharp;

namespace TransferLens.Report.Drawing;

/// <summary>Draws strokes and fills on a canvas.</summary>
internal static class Stroke
{
    public static void Draw(SKCanvas canvas, SKPath path, Color color, float width, LinePattern? pattern = null)
    {
        using var paint = new SKPaint
        {
            Style = SKPaintStyle.Stroke,
            StrokeWidth = width,
            StrokeJoin = SKStrokeJoin.Round,
            Color = color.ToSKColor(),
            IsAntialias = true,
        };
        using var dashes = pattern?.GetPathEffect();
        if (dashes is null)
        {
            canvas.DrawPath(path, paint);
            return;
        }

        // Skia's SVG canvas warns on standard error about dashed paints; outlines of the dashes look the same.
        paint.PathEffect = dashes;
        using var outline = new SKPath();
        paint.GetFillPath(path, outline);
        Fill(canvas, outline, color);
    }

    public static void Fill(SKCanvas canvas, SKPath path, Color color)
    {
        using var paint = new SKPaint
        {
            Style = SKPaintStyle.Fill,
            Color = color.ToSKColor(),
            IsAntialias = true,
        };
        canvas.DrawPath(path, paint);
    }

    public static void Fill(SKCanvas canvas, SKRect area, Color color)
    {
        using var paint = new SKPaint
        {
            Style = SKPaintStyle.Fill,
            Color = color.ToSKColor(),
            IsAntialias = true,
        };
        canvas.DrawRect(area, paint);
    }

    public static void Line(
        SKCanvas canvas,
        float x0,
        float y0,
        float x1,
        float y1,
        Color color,
        float width,
        LinePattern? pattern = null
    )
    {
        using var path = new SKPath();
        path.MoveTo(x0, y0);
        path.LineTo(x1, y1);
        Draw(canvas, path, color, width, pattern);
    }

    /// <summary>
    /// Hatches a rectangle with lines, since an SVG would contain a shader as a bitmap. Kinds are 0 (none) to 6.
    /// </summary>
    public static void Hatch(SKCanvas canvas, SKRect area, int kind, Color color)
    {
        const float step = 6;
        using var lines = new SKPath();
        var (width, height) = (area.Width, area.Height);
        if (kind is 1 or 3 or 5)
        {
            for (var c = step / 2; c < width + height; c += step)
            {
                lines.MoveTo(area.Left + Math.Max(0, c - height), area.Top + Math.Min(c, height));
                lines.LineTo(area.Left + Math.Min(c, width), area.Top + Math.Max(0, c - width));
            }
        }

        if (kind is 2 or 3)
        {
            for (var c = step / 2; c < width + height; c += step)
            {
                lines.MoveTo(area.Right - Math.Max(0, c - height), area.Top + Math.Min(c, height));
                lines.LineTo(area.Right - Math.Min(c, width), area.Top + Math.Max(0, c - width));
            }
        }

        for (var y = step / 2; kind is 4 or 5 && y < height; y += step)
        {
            lines.MoveTo(area.Left, area.Top + y);
            lines.LineTo(area.Right, area.Top + y);
        }

        for (var x = step / 2; kind is 6 && x < width; x += step)
        {
            lines.MoveTo(area.Left + x, area.Top);
            lines.LineTo(area.Left + x, area.Bottom);
        }

        Draw(canvas, lines, color, 1.2f);
    }

    /// <summary>Draws one line of text, vertically centred at <paramref name="y"/>.</summary>
    public static void Text(SKCanvas canvas, string text, float x, float y, float size, Color color, SKTextAlign align)
    {
        using var font = FigureFont.At(size, bold: false, FigureFont.For(text));
        using var paint = new SKPaint { Color = color.ToSKColor(), IsAntialias = true };
        canvas.DrawText(text, x, y + (size * 0.36f), align, font, paint);
    }
}
