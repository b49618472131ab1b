using System.Collections.Immutable;
using TransferLens.Figures;
using BarSeries = TransferLens.Figures.BarSeries;

namespace TransferLens.Drawing;

/// <summary>Draws a <see cref="BarChart"/>, the wider the more bars it has.</summary>
internal static class BarChartPieces
{
    // Bars become narrower before a chart becomes wider than a page.
    private const float WidestBar = 18;
    private const float NarrowestBar = 8;
    private const float Page = 1000;

    public static FigurePieces Of(BarChart chart)
    {
        var count = Math.Max(1, chart.Categories.Length);
        var bar = Math.Clamp(Page / (count * Math.Max(1, chart.Series.Length)), NarrowestBar, WidestBar);
        var width = Math.Max(PlotFrame.PanelWidth, 90 + (count * ((chart.Series.Length * bar) + 14)));
        var height = PlotFrame.PanelHeight;
        var plot = PlotFrame.New("", "", chart.Vertical, width, height);
        height += PlotFrame.NameHorizontally(plot, chart.Categories, (width - 90) / count);
        plot.Grid.XAxisStyle.IsVisible = false;
        plot.Axes.Bottom.MajorTickStyle.Length = 0;
        if (!chart.Series.IsEmpty)
        {
            plot.Add.Plottable(new BarsMark(chart.Series));
        }

        var values = chart.Series.SelectMany(bars => bars.Values.Concat(bars.Low).Concat(bars.High)).Append(0);
        var up = Extent.Of(values);
        var room = 0.06 * (up.To - up.From);
        plot.Axes.SetLimits(-0.5, count - 0.5, up.From < 0 ? up.From - room : 0, up.To > 0 ? up.To + room : 0);
        var piece = PlotFrame.Drawn(plot, width, height);
        return new FigurePieces([piece], Legend(chart.Series));
    }

    private static ImmutableArray<LegendEntry> Legend(ImmutableArray<BarSeries> series) =>
    [
        .. series
            .Select((bars, place) => new LegendEntry(
                LabelText.Clean(bars.Label), 24, (canvas, area) => BarsMark.DrawArea(canvas, area, GroupStyle.Of(place))))
            .Where(entry => entry.Label.Length > 0),
    ];
}
