using ScottPlot;
using SkiaSharp;

namespace TransferLens.Report.Drawing;

/// <summary>A part of a figure drawn inside the axes, in their coordinates.</summary>
internal abstract class Mark : IPlottable
{
    public bool IsVisible { get; set; } = true;

    public IAxes Axes { get; set; } = new Axes();

    // The charts draw the legend and set the limits themselves, so ScottPlot gets neither.
    public IEnumerable<LegendItem> LegendItems => [];

    /// <summary>Label of the series that it draws, which a page can hide; empty for what is always shown.</summary>
    public virtual string Series => "";

    /// <summary>The values that it draws and where, once the axes have their final layout.</summary>
    public virtual IEnumerable<ShownValue> Values() => [];

    public AxisLimits GetAxisLimits() => AxisLimits.NoLimits;

    public void Render(RenderPack rp) => Draw(rp.Canvas, rp.DataRect);

    /// <summary>Draws it, once the axes have their final layout.</summary>
    /// <param name="canvas">Receives the drawing.</param>
    /// <param name="data">The area within the axes, in pixels.</param>
    public abstract void Draw(SKCanvas canvas, PixelRect data);
}
