using ScottPlot;

namespace TransferLens.Report.Drawing;

/// <summary>Something drawn inside the axes, in their coordinates.</summary>
internal abstract class Mark : IPlottable
{
    public bool IsVisible { get; set; } = true;

    public IAxes Axes { get; set; } = new Axes();

    // The legend is a piece of its own, and limits are set by the chart: ScottPlot need not know either.
    public IEnumerable<LegendItem> LegendItems => [];

    public AxisLimits GetAxisLimits() => AxisLimits.NoLimits;

    public abstract void Render(RenderPack rp);
}
