using System.Collections.Immutable;
using ScottPlot;
using SkiaSharp;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Drawing;

/// <summary>Draws a <see cref="Landscape"/>: one piece per panel, with the colour bar on its right.</summary>
internal static class LandscapePieces
{
    private const float BarWidth = 14;
    private const float BarArea = 78;

    // Approximate space that ScottPlot takes for axes and heading around the data.
    private const float AxesWidth = 92;
    private const float AxesHeight = 84;

    public static FigurePieces Create(Landscape figure)
    {
        var scale = LandscapeScale.FromFigure(figure);
        var panels = figure.Panels.DefaultIfEmpty(new LandscapePanel("", "", "", [], [], [], [])).ToList();
        var undefined = panels
            .SelectMany(panel => panel.Values)
            .SelectMany(row => row)
            .Any(value => !double.IsFinite(value));
        ImmutableArray<LegendEntry> legend = undefined
            ? [new LegendEntry("undefined", 24, CellsMark.DrawUndefined)]
            : [];
        var highest = panels.Max(Height);
        return new FigurePieces(
            [.. panels.Select(panel => CreatePanel(panel, scale, figure.Quantity, highest))],
            legend
        );
    }

    // Both axes have the same scale unless that makes the panel too low or too high.
    private static float Height(LandscapePanel panel)
    {
        var (across, up) = (RangeOf(panel.X), RangeOf(panel.Y));
        var ratio = (up.To - up.From) / (across.To - across.From);
        var data = (float)((PlotFrame.PanelWidth - BarArea - AxesWidth) * ratio);
        return Math.Clamp(data, 160, 420) + AxesHeight;
    }

    // All pieces have the height of the highest one, so that headings are aligned.
    private static Piece CreatePanel(LandscapePanel panel, LandscapeScale scale, string quantity, float highest)
    {
        var (across, up) = (RangeOf(panel.X), RangeOf(panel.Y));
        var (width, height) = (PlotFrame.PanelWidth - BarArea, Height(panel));
        var plot = PlotFrame.Create(panel.Heading, panel.Horizontal, panel.Vertical, width, height);
        plot.HideGrid();
        if (panel.Values.Length > 0)
        {
            plot.Add.Plottable(new LandscapeMark(panel, scale));
        }

        plot.Axes.SetLimits(across.From, across.To, up.From, up.To);
        var drawn = PlotFrame.ToPiece(plot, width, height);
        return new Piece(PlotFrame.PanelWidth, highest, canvas =>
        {
            drawn.Draw(canvas);
            DrawScale(canvas);
        })
        {
            Heading = drawn.Heading,
            Layers = () =>
            {
                var layers = drawn.Layers!();
                return layers with { Series = layers.Series.Add(("", DrawScale)) };
            },
        };

        void DrawScale(SKCanvas canvas) =>
            DrawBar(canvas, scale, quantity, new SKRect(width, 40, width + BarWidth, height - 56));
    }

    private static void DrawBar(SKCanvas canvas, LandscapeScale scale, string quantity, SKRect area)
    {
        const int steps = 60;
        var ink = Color.FromHex("#222222");
        for (var i = 0; i < steps; i++)
        {
            var bottom = area.Bottom - (i * area.Height / steps);
            var step = new SKRect(area.Left, bottom - (area.Height / steps) - 0.5f, area.Right, bottom);
            Stroke.Fill(canvas, step, scale.ColourOf(scale.At((i + 0.5) / steps)));
        }

        foreach (var level in scale.Levels)
        {
            var y = area.Bottom - ((float)scale.Share(level) * area.Height);
            Stroke.Line(canvas, area.Left, y, area.Right, y, Colors.White.WithAlpha(0.75), 2.6f);
            Stroke.Line(canvas, area.Left, y, area.Right + 4, y, ink, 1);
            Stroke.Text(canvas, ContourLevels.Text(level), area.Right + 7, y, 12, ink, SKTextAlign.Left);
        }

        var label = LabelText.Clean(quantity);
        canvas.Save();
        canvas.Translate(area.Right + BarArea - BarWidth - 14, area.MidY);
        canvas.RotateDegrees(-90);
        Stroke.Text(canvas, label, 0, 0, PlotFrame.TickSize, ink, SKTextAlign.Center);
        canvas.Restore();
    }

    // The range of the grid with a margin of half a cell.
    private static Extent RangeOf(ImmutableArray<double> positions) =>
        positions.Length < 2
            ? Extent.FromValues(positions)
            : Extent.FromValues(positions).Padded(0.5 / (positions.Length - 1));
}
