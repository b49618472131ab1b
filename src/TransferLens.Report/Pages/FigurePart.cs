using System.Xml.Linq;
using TransferLens.Report.Drawing;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Pages;

/// <summary>
/// A figure in the page. Its panels wrap to the width of the page and are one image to a screen reader.
/// </summary>
internal static class FigurePart
{
    public static Html Render(Figure figure, string id, string label)
    {
        if (figure is ImageGrid grid)
        {
            return ImageGridPart.Render(grid, id, label);
        }

        var pieces = FigureLayout.Create(figure);
        var panels = pieces.Panels.Select((panel, index) => Draw(panel, $"{id}-{index + 1}", figure.Title));
        return Html.Format(
            $"""
            <figure id="figure-{id}">
            <div class="drawing" role="img" aria-label="{figure.Title.TrimEnd('.')}. {figure.Description}">
            <div class="panels">{panels}</div>
            {Legend(pieces, id, figure.Title)}
            </div>
            <figcaption><strong>{label}.</strong> {figure.Title}</figcaption>
            </figure>

            """
        );
    }

    private static Html Legend(FigurePieces pieces, string id, string title)
    {
        if (pieces.Legend.IsEmpty)
        {
            return Html.Empty;
        }

        var piece = LegendPiece.Create(pieces.Legend, PlotFrame.PanelWidth);
        return Html.Format($"<div class=\"legend\">{Draw(piece, $"{id}-legend", $"Legend: {title}")}</div>");
    }

    private static Html Draw(Piece piece, string id, string title)
    {
        var svg = SvgDrawing.Render(piece, id, title, "");
        // Panels shrink to the width of a phone. Wider pieces scroll before their text becomes too small to read.
        var minimum = piece.Width <= PlotFrame.PanelWidth ? 0.75 * piece.Width : 0.85 * piece.Width;
        var maximum = 1.25 * piece.Width;
        var style = string.Create(null, $"flex:1 1 {minimum:0}px;min-width:{minimum:0}px;max-width:{maximum:0}px");
        svg.SetAttributeValue("style", style);
        return new Html(svg.ToString(SaveOptions.DisableFormatting));
    }
}
