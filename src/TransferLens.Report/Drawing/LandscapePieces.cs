using System.Collections.Immutable;
using ScottPlot;
using SkiaSharp;
using TransferLens.Report.Content;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Drawing;

/// <summary>Draws a <see cref="Landscape"/>: one piece per panel, its colour bar at its right.</summary>
internal static class LandscapePieces
{
    private const float BarWidth = 14;
    private const float BarArea = 78;

    // Room for axes and heading around the data, about what ScottPlot takes for them.
    private const float Beside = 92;
    private const float Above = 84;

    public static FigurePieces Of(Landscape figure)
    {
        var scale = LandscapeScale.Of(figure);
        var panels = figure.Panels.DefaultIfEmpty(new LandscapePanel("", "", "", [], [], [], [])).ToList();
        var undefined = panels
            .SelectMany(panel => panel.Values)
            .SelectMany(row => row)
            .Any(value => !double.IsFinite(value));
        return new FigurePieces(
            [.. panels.Select(panel => Panel(panel, scale, figure.Quantity, panels.Max(Height)))],
            undefined ? [new LegendEntry("undefined", 24, CellsMark.DrawUndefined)] : ImmutableArray<LegendEntry>.Empty
        );
    }

    // One scale for both axes, unless the panel would be far too low or high for it.
    private static float Height(LandscapePanel panel)
    {
        var (across, up) = (Around(panel.X), Around(panel.Y));
        return Math.Clamp(
                (float)((PlotFrame.PanelWidth - BarArea - Beside) * (up.To - up.From) / (across.To - across.From)),
                160,
                420
            ) + Above;
    }

    // All pieces have the height of the highest, so that headings stand in one line.
    private static Piece Panel(LandscapePanel panel, LandscapeScale scale, string quantity, float highest)
    {
        var (across, up) = (Around(panel.X), Around(panel.Y));
        var (width, height) = (PlotFrame.PanelWidth - BarArea, Height(panel));
        var plot = PlotFrame.New(panel.Heading, panel.Horizontal, panel.Vertical, width, height);
        plot.HideGrid();
        if (panel.Values.Length > 0)
        {
            plot.Add.Plottable(new LandscapeMark(panel, scale));
        }

        plot.Axes.SetLimits(across.From, across.To, up.From, up.To);
        var drawn = PlotFrame.Drawn(plot, width, height);
        return new Piece(PlotFrame.PanelWidth, highest, canvas =>
        {
            drawn.Draw(canvas);
            DrawBar(canvas, scale, quantity, new SKRect(width, 40, width + BarWidth, height - 56));
        });
    }

    private static void DrawBar(SKCanvas canvas, LandscapeScale scale, string quantity, SKRect area)
    {
        const int steps = 60;
        var ink = Color.FromHex("#222222");
        for (var i = 0; i < steps; i++)
        {
            var bottom = area.Bottom - (i * area.Height / steps);
            Stroke.Fill(
                canvas,
                new SKRect(area.Left, bottom - (area.Height / steps) - 0.5f, area.Right, bottom),
                scale.Of(scale.At((i + 0.5) / steps))
            );
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

    // The grid with half a cell around it.
    private static Extent Around(ImmutableArray<double> positions) =>
        positions.Length < 2 ? Extent.Of(positions) : Extent.Of(positions).Padded(0.5 / (positions.Length - 1));
}
