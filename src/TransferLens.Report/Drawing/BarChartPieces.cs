using System.Collections.Immutable;
using TransferLens.Report.Content;
using TransferLens.Studies.Figures;
using BarSeries = TransferLens.Studies.Figures.BarSeries;

namespace TransferLens.Report.Drawing;

/// <summary>Draws a <see cref="BarChart"/>: one piece per panel, the wider the more bars it has.</summary>
internal static class BarChartPieces
{
    // Bars become narrower before a chart becomes wider than a page.
    private const float WidestBar = 18;
    private const float NarrowestBar = 8;
    private const float Page = 1000;

    public static FigurePieces Of(BarChart chart) =>
        new(
            [.. chart.Panels.DefaultIfEmpty(new BarPanel("", "", [], [])).Select(Panel)],
            [.. chart.Panels.SelectMany(panel => Legend(panel.Series)).DistinctBy(entry => entry.Label)]
        );

    private static Piece Panel(BarPanel panel)
    {
        var count = Math.Max(1, panel.Categories.Length);
        var bar = Math.Clamp(Page / (count * Math.Max(1, panel.Series.Length)), NarrowestBar, WidestBar);
        var width = Math.Max(PlotFrame.PanelWidth, 90 + (count * ((panel.Series.Length * bar) + 14)));
        var height = PlotFrame.PanelHeight;
        var plot = PlotFrame.New(panel.Heading, "", panel.Vertical, width, height);
        height += PlotFrame.NameHorizontally(plot, panel.Categories, (width - 90) / count);
        plot.Grid.XAxisStyle.IsVisible = false;
        plot.Axes.Bottom.MajorTickStyle.Length = 0;
        if (!panel.Series.IsEmpty)
        {
            plot.Add.Plottable(new BarsMark(panel.Series));
        }

        var values = panel.Series.SelectMany(bars => bars.Values.Concat(bars.Low).Concat(bars.High)).Append(0);
        var up = Extent.Of(values);
        var room = 0.06 * (up.To - up.From);
        plot.Axes.SetLimits(-0.5, count - 0.5, up.From < 0 ? up.From - room : 0, up.To > 0 ? up.To + room : 0);
        return PlotFrame.Drawn(plot, width, height);
    }

    private static ImmutableArray<LegendEntry> Legend(ImmutableArray<BarSeries> series) =>
        [
            .. series
                .Select(
                    (bars, place) =>
                        new LegendEntry(LabelText.Clean(bars.Label), 24, (canvas, area) =>
                            BarsMark.DrawArea(canvas, area, GroupStyle.Of(place))
                        )
                )
                .Where(entry => entry.Label.Length > 0),
        ];
}
