using ScottPlot;
using SkiaSharp;
using TransferLens.Report.Content;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Drawing;

/// <summary>The cells of a landscape, each around its grid point, with contour lines, their values, and the marked points.</summary>
internal sealed class LandscapeMark(LandscapePanel panel, LandscapeScale scale) : Mark
{
    private const float LevelSize = 11.5f;
    private const float LabelSize = 13;
    private static readonly Color Ink = Color.FromHex("#111111");

    public override void Render(RenderPack rp)
    {
        var taken = new List<SKRect>();
        var inside = new SKRect(rp.DataRect.Left, rp.DataRect.Top, rp.DataRect.Right, rp.DataRect.Bottom);
        DrawCells(rp.Canvas);
        // The points' labels find their places first, and level numbers keep off them.
        var labels = panel
            .Points.Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y))
            .Select(point => Placed(point, inside, taken))
            .ToList();
        foreach (var level in scale.Levels)
        {
            DrawLevel(rp.Canvas, level, inside, taken);
        }

        foreach (var (text, area, place) in labels)
        {
            // Light in dark in light: it stands out from every colour.
            new MarkerStyle(MarkerShape.FilledCircle, 13, Colors.White) { LineColor = Colors.White }.Render(
                rp.Canvas,
                place,
                rp.Paint
            );
            new MarkerStyle(MarkerShape.FilledCircle, 9, Ink) { LineColor = Ink }.Render(rp.Canvas, place, rp.Paint);
            DrawText(rp.Canvas, text, area, LabelSize);
        }
    }

    private void DrawCells(SKCanvas canvas)
    {
        var (across, up) = (Step(panel.X) / 2, Step(panel.Y) / 2);
        for (var row = 0; row < panel.Values.Length; row++)
        {
            for (var column = 0; column < panel.X.Length; column++)
            {
                var (x, y, value) = (panel.X[column], panel.Y[row], panel.Values[row][column]);
                // A hair more than the cell, or the seams between neighbours shine through.
                var area = new SKRect(
                    Axes.GetPixelX(x - across),
                    Axes.GetPixelY(y + up),
                    Axes.GetPixelX(x + across) + 0.5f,
                    Axes.GetPixelY(y - up) + 0.5f
                );
                if (double.IsFinite(value))
                {
                    Stroke.Fill(canvas, area, scale.Of(value));
                }
                else
                {
                    CellsMark.DrawUndefined(canvas, area);
                }
            }
        }
    }

    private void DrawLevel(SKCanvas canvas, double level, SKRect inside, List<SKRect> taken)
    {
        var lines = ContourLines
            .Of(panel, level)
            .Select(line =>
                line.Select(point => new SKPoint(Axes.GetPixelX(point.X), Axes.GetPixelY(point.Y))).ToArray()
            )
            .ToList();
        using var path = new SKPath();
        foreach (var line in lines)
        {
            path.AddPoly(line, close: false);
        }

        Stroke.Draw(canvas, path, Colors.White.WithAlpha(0.75), 2.6f);
        Stroke.Draw(canvas, path, Ink, 1);
        var text = ContourLevels.Text(level);
        var (width, height) = (FigureFont.Width(text, LevelSize) + 6, LevelSize + 3);
        // The middle of the longest line first, then wherever along it there is room.
        foreach (
            var place in lines
                .OrderByDescending(line => line.Length)
                .SelectMany(line => line.OrderBy(point => Math.Abs(Array.IndexOf(line, point) - (line.Length / 2))))
        )
        {
            var area = SKRect.Create(place.X - (width / 2), place.Y - (height / 2), width, height);
            if (inside.Contains(area) && !taken.Any(other => other.IntersectsWith(area)))
            {
                taken.Add(area);
                DrawText(canvas, text, area, LevelSize);
                return;
            }
        }
    }

    // Above the point, or below, or beside: the first place within the axes that no other label has.
    private (string Text, SKRect Area, Pixel Place) Placed(LandscapePoint point, SKRect inside, List<SKRect> taken)
    {
        var text = LabelText.Clean(point.Label);
        var place = Axes.GetPixel(new Coordinates(point.X, point.Y));
        var (width, height) = (FigureFont.Width(text, LabelSize, bold: false, FigureFont.For(text)) + 8, LabelSize + 5);
        var left = Math.Clamp(place.X - (width / 2), inside.Left, Math.Max(inside.Left, inside.Right - width));
        SKRect[] places =
        [
            SKRect.Create(left, place.Y - 9 - height, width, height),
            SKRect.Create(left, place.Y + 9, width, height),
            SKRect.Create(place.X + 9, place.Y - (height / 2), width, height),
            SKRect.Create(place.X - 9 - width, place.Y - (height / 2), width, height),
        ];
        var area = places.FirstOrDefault(
            rect => inside.Contains(rect) && !taken.Any(other => other.IntersectsWith(rect)),
            places[0]
        );
        taken.Add(area);
        taken.Add(SKRect.Create(place.X - 7, place.Y - 7, 14, 14));
        return (text, area, place);
    }

    private static void DrawText(SKCanvas canvas, string text, SKRect area, float size)
    {
        Stroke.Fill(canvas, area, Colors.White.WithAlpha(0.85));
        Stroke.Text(canvas, text, area.MidX, area.MidY, size, Ink, SKTextAlign.Center);
    }

    private static double Step(IReadOnlyList<double> positions) =>
        positions.Count > 1 ? (positions[^1] - positions[0]) / (positions.Count - 1) : 1;
}
