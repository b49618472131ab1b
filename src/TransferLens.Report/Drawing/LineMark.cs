using ScottPlot;
using SkiaSharp;
using Line = TransferLens.Studies.Figures.Line;

namespace TransferLens.Report.Drawing;

/// <summary>A line with markers; a non-finite value leaves a gap.</summary>
internal sealed class LineMark(Line line, GroupStyle style) : Mark
{
    public const float Thickness = 2;
    public const float MarkerSize = 7;
    private const int MaximumMarkers = 30;

    public override void Render(RenderPack rp)
    {
        var points = Positions(line.X, line.Y);
        using var path = new SKPath();
        for (var i = 0; i < points.Length; i++)
        {
            if (points[i] is not { } point)
            {
                continue;
            }

            if (i > 0 && points[i - 1] is not null)
            {
                path.LineTo(point.X, point.Y);
            }
            else
            {
                path.MoveTo(point.X, point.Y);
            }
        }

        Stroke.Draw(rp.Canvas, path, style.Color, Thickness, style.Pattern);
        var every = Math.Max(1, (points.Length + MaximumMarkers - 1) / MaximumMarkers);
        for (var i = 0; i < points.Length; i++)
        {
            var isolated = (i == 0 || points[i - 1] is null) && (i == points.Length - 1 || points[i + 1] is null);
            if (points[i] is { } point && (i % every == 0 || isolated))
            {
                DrawMarker(rp.Canvas, point, style, rp.Paint);
            }
        }
    }

    /// <summary>Draws a group's marker.</summary>
    public static void DrawMarker(SKCanvas canvas, Pixel position, GroupStyle style, Paint paint) =>
        new MarkerStyle(style.Mark, MarkerSize, style.Color) { LineWidth = 1.6f, LineColor = style.Color }.Render(
            canvas,
            position,
            paint
        );

    private Pixel?[] Positions(IReadOnlyList<double> x, IReadOnlyList<double> y) =>
        [
            .. x.Zip(y, (px, py) =>
                double.IsFinite(px) && double.IsFinite(py) ? Axes.GetPixel(new Coordinates(px, py)) : (Pixel?)null
            ),
        ];
}
