using ScottPlot;
using SkiaSharp;
using Line = TransferLens.Studies.Figures.Line;

namespace TransferLens.Report.Drawing;

/// <summary>A line with marks; a value that is not finite leaves a gap.</summary>
internal sealed class LineMark(Line line, GroupStyle style) : Mark
{
    public const float Thickness = 2;
    public const float MarkSize = 7;
    private const int MostMarks = 30;

    public override void Render(RenderPack rp)
    {
        var points = Positions(line.X, line.Y);
        using var path = new SKPath();
        for (var i = 0; i < points.Length; i++)
        {
            if (points[i] is { } here)
            {
                if (i > 0 && points[i - 1] is not null)
                {
                    path.LineTo(here.X, here.Y);
                }
                else
                {
                    path.MoveTo(here.X, here.Y);
                }
            }
        }

        Stroke.Draw(rp.Canvas, path, style.Color, Thickness, style.Pattern);
        var every = Math.Max(1, (points.Length + MostMarks - 1) / MostMarks);
        for (var i = 0; i < points.Length; i++)
        {
            var alone = (i == 0 || points[i - 1] is null) && (i == points.Length - 1 || points[i + 1] is null);
            if (points[i] is { } here && (i % every == 0 || alone))
            {
                DrawMark(rp.Canvas, here, style, rp.Paint);
            }
        }
    }

    /// <summary>The mark of a group at a place.</summary>
    public static void DrawMark(SKCanvas canvas, Pixel place, GroupStyle style, Paint paint) =>
        new MarkerStyle(style.Mark, MarkSize, style.Color) { LineWidth = 1.6f, LineColor = style.Color }.Render(
            canvas,
            place,
            paint
        );

    private Pixel?[] Positions(IReadOnlyList<double> x, IReadOnlyList<double> y) =>
        [
            .. x.Zip(y, (px, py) =>
                double.IsFinite(px) && double.IsFinite(py) ? Axes.GetPixel(new Coordinates(px, py)) : (Pixel?)null
            ),
        ];
}
