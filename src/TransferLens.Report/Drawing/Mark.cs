using ScottPlot;

namespace TransferLens.Report.Drawing;

/// <summary>A part of a figure drawn inside the axes, in their coordinates.</summary>
internal abstract class Mark : IPlottable
{
    public bool IsVisible { get; set; } = true;

    public IAxes Axes { get; set; } = new Axes();

    // The charts draw the legend and set the limits themselves, so ScottPlot gets neither.
    public IEnumerable<LegendItem> LegendItems => [];

    public AxisLimits GetAxisLimits() => AxisLimits.NoLimits;

    public abstract void Render(RenderPack rp);
}
