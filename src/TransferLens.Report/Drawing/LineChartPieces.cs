using System.Collections.Immutable;
using ScottPlot;
using ScottPlot.TickGenerators;
using TransferLens.Report.Content;
using TransferLens.Studies.Figures;
using Line = TransferLens.Studies.Figures.Line;

namespace TransferLens.Report.Drawing;

/// <summary>Draws a <see cref="LineChart"/>: one piece per panel.</summary>
internal static class LineChartPieces
{
    public static FigurePieces Of(LineChart chart)
    {
        var panels = chart.Panels.DefaultIfEmpty(new LinePanel("", "", "", [])).Select(Panel).ToImmutableArray();
        var legend = chart
            .Panels.SelectMany(panel => panel.Lines)
            .DistinctBy(line => line.Label)
            .Where(line => LabelText.Clean(line.Label).Length > 0)
            .Select(Entry);
        return new FigurePieces(panels, [.. legend]);
    }

    private static Piece Panel(LinePanel panel)
    {
        var (width, height) = (PlotFrame.PanelWidth, PlotFrame.PanelHeight);
        var plot = PlotFrame.New(panel.Heading, panel.Horizontal, panel.Vertical, width, height);
        var across = Extent.Of(panel.Lines.SelectMany(line => line.X)).Padded(0.03);
        if (panel.Lines.All(line => line.X.All(double.IsInteger)))
        {
            // Epochs and steps: there is nothing at half of one.
            plot.Axes.Bottom.TickGenerator = new NumericAutomatic { IntegerTicksOnly = true };
        }

        if (!panel.Positions.IsEmpty)
        {
            across = new Extent(-0.5, panel.Positions.Length - 0.5);
            height += PlotFrame.NameHorizontally(plot, panel.Positions, (width - 90) / panel.Positions.Length);
        }

        var up = Extent.Of(panel.Lines.SelectMany(line => line.Y.Concat(line.Low).Concat(line.High))).Padded(0.06);
        foreach (var line in panel.Lines.Where(line => line.Shaded))
        {
            plot.Add.Plottable(
                new BandMark(
                    line with
                    {
                        Low = [.. line.Y.Select(_ => up.From)],
                        High = line.Y,
                    },
                    GroupStyle.Of(line.Group)
                )
            );
        }

        foreach (var line in panel.Lines)
        {
            plot.Add.Plottable(new BandMark(line, GroupStyle.Of(line.Group)));
        }

        foreach (var line in panel.Lines)
        {
            plot.Add.Plottable(new LineMark(line, GroupStyle.Of(line.Group)));
        }

        plot.Axes.SetLimits(across.From, across.To, up.From, up.To);
        return PlotFrame.Drawn(plot, width, height);
    }

    private static LegendEntry Entry(Line line)
    {
        var style = GroupStyle.Of(line.Group);
        return new LegendEntry(LabelText.Clean(line.Label), 40, (canvas, area) =>
        {
            using var paint = Paint.NewDisposablePaint();
            Stroke.Line(
                canvas,
                area.Left,
                area.MidY,
                area.Right,
                area.MidY,
                style.Color,
                LineMark.Thickness,
                style.Pattern
            );
            LineMark.DrawMark(canvas, new Pixel(area.MidX, area.MidY), style, paint);
        });
    }
}
