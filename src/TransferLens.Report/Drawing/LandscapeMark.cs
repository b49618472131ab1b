using ScottPlot;
using SkiaSharp;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Drawing;

/// <summary>The cells of a landscape around their grid points, labelled contour lines and the marked points.</summary>
internal sealed class LandscapeMark(LandscapePanel panel, LandscapeScale scale) : Mark
{
    private const float LevelSize = 11.5f;
    private const float LabelSize = 13;
    private static readonly Color Ink = Color.FromHex("#111111");

    public override void Draw(SKCanvas canvas, PixelRect data)
    {
        var taken = new List<SKRect>();
        var inside = new SKRect(data.Left, data.Top, data.Right, data.Bottom);
        using var paint = Paint.NewDisposablePaint();
        DrawCells(canvas);
        // Labels of points are placed first; numbers of levels avoid them.
        var labels = panel
            .Points.Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y))
            .Select(point => PlaceLabel(point, inside, taken))
            .ToList();
        foreach (var level in scale.Levels)
        {
            DrawLevel(canvas, level, inside, taken);
        }

        foreach (var (text, area, position) in labels)
        {
            // A dark dot with a white rim contrasts with every colour.
            DrawDot(canvas, paint, position, 13, Colors.White);
            DrawDot(canvas, paint, position, 9, Ink);
            DrawText(canvas, text, area, LabelSize);
        }
    }

    private static void DrawDot(SKCanvas canvas, Paint paint, Pixel position, float size, Color colour) =>
        new MarkerStyle(MarkerShape.FilledCircle, size, colour) { LineColor = colour }.Render(canvas, position, paint);

    public override IEnumerable<ShownValue> Values() =>
        ShownValue.FromMatrix(panel.Values, Area, (row, column) =>
            $"({ShownValue.Number(panel.X[column])}, {ShownValue.Number(panel.Y[row])})"
        );

    // Slightly larger than the cell, to close the seams between neighbours.
    private SKRect Area(int row, int column)
    {
        var (across, up) = (Step(panel.X) / 2, Step(panel.Y) / 2);
        var (x, y) = (panel.X[column], panel.Y[row]);
        return new SKRect(
            Axes.GetPixelX(x - across),
            Axes.GetPixelY(y + up),
            Axes.GetPixelX(x + across) + 0.5f,
            Axes.GetPixelY(y - up) + 0.5f
        );
    }

    private void DrawCells(SKCanvas canvas)
    {
        for (var row = 0; row < panel.Values.Length; row++)
        {
            for (var column = 0; column < panel.X.Length; column++)
            {
                var (area, value) = (Area(row, column), panel.Values[row][column]);
                if (double.IsFinite(value))
                {
                    Stroke.Fill(canvas, area, scale.ColourOf(value));
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
            .Trace(panel, level)
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
        // The first free position: longest lines first, each from its middle outward.
        var positions = lines
            .OrderByDescending(line => line.Length)
            .SelectMany(line => line.OrderBy(point => Math.Abs(Array.IndexOf(line, point) - (line.Length / 2))));
        foreach (var position in positions)
        {
            var area = SKRect.Create(position.X - (width / 2), position.Y - (height / 2), width, height);
            if (IsFree(area, inside, taken))
            {
                taken.Add(area);
                DrawText(canvas, text, area, LevelSize);
                return;
            }
        }
    }

    private static bool IsFree(SKRect area, SKRect inside, List<SKRect> taken) =>
        inside.Contains(area) && !taken.Any(other => other.IntersectsWith(area));

    // Above, below, right or left of the point: the first free position within the axes.
    private (string Text, SKRect Area, Pixel Position) PlaceLabel(
        LandscapePoint point,
        SKRect inside,
        List<SKRect> taken
    )
    {
        var text = LabelText.Clean(point.Label);
        var at = Axes.GetPixel(new Coordinates(point.X, point.Y));
        var (width, height) = (FigureFont.Width(text, LabelSize, bold: false, FigureFont.For(text)) + 8, LabelSize + 5);
        var left = Math.Clamp(at.X - (width / 2), inside.Left, Math.Max(inside.Left, inside.Right - width));
        SKRect[] candidates =
        [
            SKRect.Create(left, at.Y - 9 - height, width, height),
            SKRect.Create(left, at.Y + 9, width, height),
            SKRect.Create(at.X + 9, at.Y - (height / 2), width, height),
            SKRect.Create(at.X - 9 - width, at.Y - (height / 2), width, height),
        ];
        var area = candidates.FirstOrDefault(rect => IsFree(rect, inside, taken), candidates[0]);
        taken.Add(area);
        taken.Add(SKRect.Create(at.X - 7, at.Y - 7, 14, 14));
        return (text, area, at);
    }

    private static void DrawText(SKCanvas canvas, string text, SKRect area, float size)
    {
        Stroke.Fill(canvas, area, Colors.White.WithAlpha(0.85));
        Stroke.Text(canvas, text, area.MidX, area.MidY, size, Ink, SKTextAlign.Center);
    }

    private static double Step(IReadOnlyList<double> positions) =>
        positions.Count > 1 ? (positions[^1] - positions[0]) / (positions.Count - 1) : 1;
}
