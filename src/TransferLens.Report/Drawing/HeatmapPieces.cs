using System.Collections.Immutable;
using ScottPlot.TickGenerators;
using SkiaSharp;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Drawing;

/// <summary>Draws a <see cref="Heatmap"/> with cells large enough for their numbers.</summary>
internal static class HeatmapPieces
{
    private const float CellHeight = 30;

    public static FigurePieces Create(Heatmap map)
    {
        var values = map.Values.SelectMany(row => row).ToImmutableArray();
        var scale = ColourScale.FromValues(values);
        var cell =
            values
                .Where(double.IsFinite)
                .Select(value => FigureFont.Width(scale.Number(value), CellsMark.TextSize))
                .DefaultIfEmpty(0)
                .Max() + 14;
        var rows = map.Rows.Select(LabelText.Clean).ToArray();
        var family = FigureFont.For(rows);
        var names = rows.Select(name => FigureFont.Width(name, PlotFrame.TickSize, bold: false, family))
            .DefaultIfEmpty(0)
            .Max();
        var (columns, lines) = (Math.Max(1, map.Columns.Length), Math.Max(1, rows.Length));
        var inner = Math.Max(PlotFrame.PanelWidth - names - 80, columns * Math.Max(44, cell));
        var width = inner + names + 80;
        var height = (lines * CellHeight) + 80;

        var plot = PlotFrame.Create("", map.Horizontal, map.Vertical, width, Math.Max(height, 260));
        height = Math.Max(height, 160) + PlotFrame.NameHorizontally(plot, map.Columns, inner / columns);
        plot.Axes.Left.TickGenerator = new NumericManual(
            [.. Enumerable.Range(0, rows.Length).Select(row => (double)(rows.Length - 1 - row))],
            rows
        );
        plot.Axes.Left.TickLabelStyle.FontName = family;
        plot.HideGrid();
        plot.Add.Plottable(new CellsMark(map, scale));
        plot.Axes.SetLimits(-0.5, columns - 0.5, -0.5, lines - 0.5);
        var piece = PlotFrame.ToPiece(plot, width, height);
        return new FigurePieces([piece], CreateLegend(scale, values));
    }

    private static ImmutableArray<LegendEntry> CreateLegend(ColourScale scale, ImmutableArray<double> values)
    {
        var (from, to) = (scale.Extent.From, scale.Extent.To);
        var range = new LegendEntry($"{scale.Number(from)} to {scale.Number(to)}", 120, (canvas, area) =>
        {
            const int steps = 40;
            var step = area.Width / steps;
            for (var i = 0; i < steps; i++)
            {
                var left = area.Left + (i * step);
                Stroke.Fill(
                    canvas,
                    new SKRect(left, area.Top, Math.Min(area.Right, left + step + 0.5f), area.Bottom),
                    scale.ColourOf(from + ((to - from) * i / (steps - 1)))
                );
            }
        });
        var undefined = new LegendEntry("undefined", 24, CellsMark.DrawUndefined);
        if (values.All(double.IsFinite))
        {
            return [range];
        }

        return values.Any(double.IsFinite) ? [range, undefined] : [undefined];
    }
}
