namespace TransferLens.Report.Drawing;

/// <summary>How large a panel and its texts are, in pixels.</summary>
/// <param name="Width">Width of a panel that needs no more.</param>
/// <param name="Height">Height of its part above the names of positions.</param>
/// <param name="Tick">Font size of ticks.</param>
/// <param name="Label">Font size of the axes' labels.</param>
/// <param name="Heading">Font size of the heading.</param>
internal sealed record PanelSize(float Width, float Height, float Tick, float Label, float Heading)
{
    /// <summary>That of figures.</summary>
    public static PanelSize Normal { get; } =
        new(
            PlotFrame.PanelWidth,
            PlotFrame.PanelHeight,
            PlotFrame.TickSize,
            PlotFrame.LabelSize,
            PlotFrame.HeadingSize
        );

    /// <summary>That of the small figures at the top of a report, which are shown at this size.</summary>
    public static PanelSize Small { get; } = new(236, 176, 11, 11, 12);
}
