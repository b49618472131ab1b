using ScottPlot;
using SkiaSharp;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Drawing;

/// <summary>The cells of a heatmap with their numbers; the first row is at the top.</summary>
internal sealed class CellsMark(Heatmap map, ColourScale scale) : Mark
{
    public const float TextSize = 12.5f;

    public override IEnumerable<ShownValue> Values() =>
        ShownValue.FromMatrix(map.Values, Area, (row, column) => $"{map.Rows[row]}, {map.Columns[column]}");

    public override void Draw(SKCanvas canvas, PixelRect data)
    {
        for (var row = 0; row < map.Values.Length; row++)
        {
            for (var column = 0; column < map.Values[row].Length; column++)
            {
                DrawCell(canvas, Area(row, column), map.Values[row][column]);
            }
        }
    }

    /// <summary>Draws the hatched grey area that marks an undefined value.</summary>
    public static void DrawUndefined(SKCanvas canvas, SKRect area)
    {
        Stroke.Fill(canvas, area, Color.FromHex("#DDDDDD"));
        Stroke.Hatch(canvas, area, 1, Color.FromHex("#888888"));
    }

    private SKRect Area(int row, int column)
    {
        var y = map.Values.Length - 1 - row;
        return new SKRect(
            Axes.GetPixelX(column - 0.5),
            Axes.GetPixelY(y + 0.5),
            Axes.GetPixelX(column + 0.5),
            Axes.GetPixelY(y - 0.5)
        );
    }

    private void DrawCell(SKCanvas canvas, SKRect area, double value)
    {
        if (!double.IsFinite(value))
        {
            DrawUndefined(canvas, area);
            return;
        }

        var colour = scale.ColourOf(value);
        // Slightly larger than the cell, to close the seams between neighbours.
        Stroke.Fill(canvas, new SKRect(area.Left, area.Top, area.Right + 0.5f, area.Bottom + 0.5f), colour);
        Stroke.Text(
            canvas,
            scale.Number(value),
            area.MidX,
            area.MidY,
            TextSize,
            ColourScale.Ink(colour),
            SKTextAlign.Center
        );
    }
}
