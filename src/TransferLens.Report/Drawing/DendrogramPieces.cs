using ScottPlot.TickGenerators;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Drawing;

/// <summary>Draws a <see cref="Dendrogram"/> with one line of text per leaf.</summary>
internal static class DendrogramPieces
{
    private const float LeafHeight = 26;

    public static FigurePieces Create(Dendrogram tree)
    {
        var leaves = tree.Leaves.Select(LabelText.Clean).ToArray();
        var family = FigureFont.For(leaves);
        var names = leaves
            .Select(name => FigureFont.Width(name, PlotFrame.TickSize, bold: false, family))
            .DefaultIfEmpty(0)
            .Max();
        var (width, height) = (
            PlotFrame.PanelWidth + Math.Max(0, names - 60),
            Math.Max(160, (leaves.Length * LeafHeight) + 80)
        );
        var plot = PlotFrame.Create("", tree.Horizontal, "", width, height);
        plot.Axes.Left.TickGenerator = new NumericManual(
            [.. Enumerable.Range(0, leaves.Length).Select(leaf => (double)(leaves.Length - 1 - leaf))],
            leaves
        );
        plot.Axes.Left.TickLabelStyle.FontName = family;
        plot.HideGrid();
        plot.Add.Plottable(new DendrogramMark(tree));
        // Room for the number of the last merge.
        var highest = tree.Merges.Select(DendrogramMark.Height).DefaultIfEmpty(0).Max();
        plot.Axes.SetLimits(0, highest > 0 ? highest * 1.15 : 1, -0.5, Math.Max(1, leaves.Length) - 0.5);
        return new FigurePieces([PlotFrame.ToPiece(plot, width, height)], []);
    }
}
