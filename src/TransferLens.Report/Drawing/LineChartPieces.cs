using System.Collections.Immutable;
using ScottPlot;
using ScottPlot.TickGenerators;
using SkiaSharp;
using TransferLens.Studies.Figures;
using Line = TransferLens.Studies.Figures.Line;

namespace TransferLens.Report.Drawing;

/// <summary>Draws a <see cref="LineChart"/>: one piece per panel.</summary>
internal static class LineChartPieces
{
    public static FigurePieces Create(LineChart chart, PanelSize size)
    {
        var panels = chart
            .Panels.DefaultIfEmpty(new LinePanel("", "", "", []))
            .Select(panel => CreatePanel(panel, size))
            .ToImmutableArray();
        var legend = chart
            .Panels.SelectMany(panel => panel.Lines)
            .DistinctBy(line => line.Label)
            .Where(line => LabelText.Clean(line.Label).Length > 0)
            .Select(CreateEntry);
        return new FigurePieces(panels, [.. legend]);
    }

    private static Piece CreatePanel(LinePanel panel, PanelSize size)
    {
        var (width, height) = (size.Width, size.Height);
        var plot = PlotFrame.Create(panel.Heading, panel.Horizontal, panel.Vertical, width, height, size);
        var across = Extent.FromValues(panel.Lines.SelectMany(line => line.X)).Padded(0.03);
        if (panel.Lines.All(line => line.X.All(double.IsInteger)))
        {
            // Epochs and steps are integers, and so are their ticks.
            plot.Axes.Bottom.TickGenerator = new NumericAutomatic { IntegerTicksOnly = true };
        }

        if (!panel.Positions.IsEmpty)
        {
            across = new Extent(-0.5, panel.Positions.Length - 0.5);
            height += PlotFrame.NameHorizontally(plot, panel.Positions, (width - 90) / panel.Positions.Length, size);
        }

        var up = Extent
            .FromValues(panel.Lines.SelectMany(line => line.Y.Concat(line.Low).Concat(line.High)))
            .Padded(0.06);
        foreach (var line in panel.Lines.Where(line => line.Shaded))
        {
            var area = line with { Low = [.. line.Y.Select(_ => up.From)], High = line.Y };
            plot.Add.Plottable(new BandMark(area, GroupStyle.ForGroup(line.Group)));
        }

        foreach (var line in panel.Lines)
        {
            plot.Add.Plottable(new BandMark(line, GroupStyle.ForGroup(line.Group)));
        }

        foreach (var line in panel.Lines)
        {
            plot.Add.Plottable(new LineMark(line, GroupStyle.ForGroup(line.Group), Place));
        }

        plot.Axes.SetLimits(across.From, across.To, up.From, up.To);
        return PlotFrame.ToPiece(plot, width, height);

        string Place(double x) =>
            (int)Math.Round(x) is >= 0 and var i && i < panel.Positions.Length
                ? panel.Positions[i]
                : $"{panel.Horizontal} {ShownValue.Number(x)}".Trim();
    }

    private static LegendEntry CreateEntry(Line line)
    {
        var style = GroupStyle.ForGroup(line.Group);
        return new LegendEntry(LabelText.Clean(line.Label), 40, Draw) { IsSeries = true };

        void Draw(SKCanvas canvas, SKRect area)
        {
            using var paint = Paint.NewDisposablePaint();
            var y = area.MidY;
            Stroke.Line(canvas, area.Left, y, area.Right, y, style.Color, LineMark.Thickness, style.Pattern);
            LineMark.DrawMarker(canvas, new Pixel(area.MidX, y), style, paint);
        }
    }
}
