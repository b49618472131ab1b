using TransferLens.Studies.Figures;

namespace TransferLens.Report.Drawing;

/// <summary>Lays out figures of every type.</summary>
internal static class FigureLayout
{
    /// <summary>The panels and the legend of a figure.</summary>
    /// <exception cref="ArgumentException">The figure is of an unknown type.</exception>
    public static FigurePieces Create(Figure figure) => Create(figure, PanelSize.Normal);

    /// <summary>The same of a given size, which line and bar charts have.</summary>
    /// <exception cref="ArgumentException">The figure is of an unknown type.</exception>
    public static FigurePieces Create(Figure figure, PanelSize size) =>
        figure switch
        {
            LineChart chart => LineChartPieces.Create(chart, size),
            BarChart chart => BarChartPieces.Create(chart, size),
            Heatmap map => HeatmapPieces.Create(map),
            ImageGrid grid => ImageGridPieces.Create(grid),
            Dendrogram tree => DendrogramPieces.Create(tree),
            Landscape landscape => LandscapePieces.Create(landscape),
            _ => throw new ArgumentException(
                $"Figures of type {figure.GetType().Name} cannot be drawn.",
                nameof(figure)
            ),
        };
}
