using System.Collections.Immutable;
using TransferLens.Studies.Figures;
using BarSeries = TransferLens.Studies.Figures.BarSeries;

namespace TransferLens.Report.Drawing;

/// <summary>Draws a <see cref="BarChart"/>: one piece per panel, as wide as its number of bars needs.</summary>
internal static class BarChartPieces
{
    // Bars are made narrower before a chart becomes wider than the page.
    private const float MaximumBar = 18;
    private const float MinimumBar = 8;
    private const float PageWidth = 1000;

    public static FigurePieces Create(BarChart chart, PanelSize size) =>
        new(
            [.. chart.Panels.DefaultIfEmpty(new BarPanel("", "", [], [])).Select(panel => CreatePanel(panel, size))],
            [.. chart.Panels.SelectMany(panel => CreateLegend(panel.Series)).DistinctBy(entry => entry.Label)]
        );

    private static Piece CreatePanel(BarPanel panel, PanelSize size)
    {
        var count = Math.Max(1, panel.Categories.Length);
        var bar = Math.Clamp(PageWidth / (count * Math.Max(1, panel.Series.Length)), MinimumBar, MaximumBar);
        var needed = 90 + (count * ((panel.Series.Length * bar) + 14));
        // A small figure keeps its size, whatever becomes of its bars.
        var width = size == PanelSize.Small ? size.Width : Math.Max(size.Width, needed);
        var height = size.Height;
        var plot = PlotFrame.Create(panel.Heading, "", panel.Vertical, width, height, size);
        height += PlotFrame.NameHorizontally(plot, panel.Categories, (width - 90) / count, size);
        plot.Grid.XAxisStyle.IsVisible = false;
        plot.Axes.Bottom.MajorTickStyle.Length = 0;
        foreach (var (index, bars) in panel.Series.Index())
        {
            plot.Add.Plottable(new BarsMark(bars, index, panel.Series.Length, panel.Categories));
        }

        if (!panel.Series.IsEmpty)
        {
            plot.Add.Plottable(new ZeroMark());
        }

        var values = panel.Series.SelectMany(bars => bars.Values.Concat(bars.Low).Concat(bars.High)).Append(0);
        var up = Extent.FromValues(values);
        var room = 0.06 * (up.To - up.From);
        plot.Axes.SetLimits(-0.5, count - 0.5, up.From < 0 ? up.From - room : 0, up.To > 0 ? up.To + room : 0);
        return PlotFrame.ToPiece(plot, width, height);
    }

    private static ImmutableArray<LegendEntry> CreateLegend(ImmutableArray<BarSeries> series) =>
        [
            .. series
                .Select(
                    (bars, index) =>
                        new LegendEntry(LabelText.Clean(bars.Label), 24, (canvas, area) =>
                            BarsMark.DrawArea(canvas, area, GroupStyle.ForGroup(index))
                        )
                        {
                            IsSeries = true,
                        }
                )
                .Where(entry => entry.Label.Length > 0),
        ];
}
