using System.Collections.Immutable;
using ScottPlot;
using ScottPlot.AxisPanels;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace TransferLens.Report.Drawing;

/// <summary>The axes, labels and grid that all figures share.</summary>
internal static class PlotFrame
{
    public const float PanelWidth = 440;
    public const float PanelHeight = 310;
    public const float TickSize = 13;
    public const float LabelSize = 14;
    public const float HeadingSize = 15;

    private static readonly Color Ink = Color.FromHex("#222222");

    /// <summary>Creates an empty plot. A heading or label that is too long is wrapped.</summary>
    public static Plot Create(
        string heading,
        string horizontal,
        string vertical,
        float width,
        float height,
        PanelSize? size = null
    )
    {
        size ??= PanelSize.Normal;
        var plot = new Plot();
        // Several plots share a canvas that is white already; clearing it would erase the others.
        plot.RenderManager.ClearCanvasBeforeEachRender = false;
        plot.FigureBackground.Color = Colors.White;
        plot.DataBackground.Color = Colors.White;
        plot.Axes.Color(Ink);
        plot.Grid.MajorLineColor = Color.FromHex("#E3E3E3");
        plot.HideLegend();
        SetLabel(plot.Axes.Title.Label, heading, size.Heading, bold: true, width - 100);
        SetLabel(plot.Axes.Bottom.Label, horizontal, size.Label, bold: false, width - 100);
        SetLabel(plot.Axes.Left.Label, vertical, size.Label, bold: false, height - 80);
        plot.Axes.Title.IsVisible = heading.Length > 0;
        foreach (var axis in new IAxis[] { plot.Axes.Bottom, plot.Axes.Left })
        {
            axis.TickLabelStyle.FontSize = size.Tick;
            axis.TickLabelStyle.FontName = FigureFont.Family;
            axis.MinorTickStyle.Length = 0;
        }

        plot.Axes.Left.TickLabelStyle.OffsetY = 2;
        ((AxisBase)plot.Axes.Left).PaddingBetweenTickAndAxisLabels = new PixelPadding(8);
        plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.Axes.Right.FrameLineStyle.Width = 0;
        // Space for the half of a label that extends beyond the last tick.
        plot.Axes.Right.MinimumSize = 22;
        plot.Axes.Top.MinimumSize = heading.Length > 0 ? 0 : 12;
        return plot;
    }

    /// <summary>Labels the positions 0, 1, 2, ... of the horizontal axis, at a slant if a name is too wide.</summary>
    /// <returns>The additional height in pixels that slanted names need, or 0.</returns>
    public static float NameHorizontally(Plot plot, IReadOnlyList<string> names, float slot, PanelSize? size = null)
    {
        var (tick, label) = ((size ?? PanelSize.Normal).Tick, (size ?? PanelSize.Normal).Label);
        var clean = names.Select(LabelText.Clean).ToArray();
        var axis = plot.Axes.Bottom;
        axis.TickGenerator = new NumericManual([.. clean.Select((_, index) => (double)index)], clean);
        var family = FigureFont.For(clean);
        axis.TickLabelStyle.FontName = family;
        var widths = clean.Select(name => FigureFont.Width(name, tick, bold: false, family)).ToArray();
        var widest = widths.DefaultIfEmpty(0).Max();
        if (widest <= slot - 8)
        {
            return 0;
        }

        const float slant = 0.7071f;
        axis.TickLabelStyle.Rotation = -45;
        axis.TickLabelStyle.Alignment = Alignment.MiddleRight;
        axis.TickLabelStyle.OffsetY = 5;
        var depth = (widest + tick) * slant;
        axis.MinimumSize = depth + 12 + (axis.Label.Text.Length > 0 ? label * 1.6f : 0);
        plot.Axes.Left.MinimumSize = Math.Max(
            plot.Axes.Left.MinimumSize,
            widths.Select((width, index) => (width * slant) - ((index + 0.5f) * slot) + 16).Max()
        );
        return depth - tick;
    }

    /// <summary>
    /// Turns a plot into a piece. ScottPlot's layout is final only in the second rendering; the first one is discarded.
    /// </summary>
    public static Piece ToPiece(Plot plot, float width, float height)
    {
        var area = new PixelRect(0, width, height, 0);
        var heading = plot.Axes.Title.IsVisible ? plot.Axes.Title.Label.Text.ReplaceLineEndings(" ") : "";
        return new(width, height, Draw) { Heading = heading, Layers = Layers };

        void Draw(SKCanvas canvas)
        {
            using var discarded = new SKNoDrawCanvas((int)Math.Ceiling(width), (int)Math.Ceiling(height));
            plot.Render(discarded, area);
            plot.Render(canvas, area);
        }

        PieceLayers Layers()
        {
            using var discarded = new SKNoDrawCanvas((int)Math.Ceiling(width), (int)Math.Ceiling(height));
            Draw(discarded);
            var (marks, data) = (plot.PlottableList.OfType<Mark>().ToImmutableArray(), plot.LastRender.DataRect);
            return new(
                DrawAxes,
                [.. marks.Select(mark => (mark.Series, (Action<SKCanvas>)(canvas => mark.Draw(canvas, data))))],
                [.. marks.SelectMany(mark => mark.Values())]
            );
        }

        void DrawAxes(SKCanvas canvas)
        {
            foreach (var mark in plot.PlottableList)
            {
                mark.IsVisible = false;
            }

            Draw(canvas);
            foreach (var mark in plot.PlottableList)
            {
                mark.IsVisible = true;
            }
        }
    }

    private static void SetLabel(LabelStyle label, string text, float size, bool bold, float maximum)
    {
        label.Text = LabelText.Wrap(text, maximum, size, bold);
        label.FontName = FigureFont.For(label.Text);
        label.FontSize = size;
        label.Bold = bold;
    }
}
