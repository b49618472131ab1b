using System.Xml.Linq;
using TransferLens.Report.Drawing;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Pages;

/// <summary>A figure within the page: its panels flow with the width there is, and are one image to a screen reader.</summary>
internal static class FigurePart
{
    public static Html Of(Figure figure, string id, string label)
    {
        if (figure is ImageGrid grid)
        {
            return ImageGridPart.Of(grid, id, label);
        }

        var pieces = FigurePieces.Of(figure);
        var panels = pieces.Panels.Select((panel, place) => Drawn(panel, $"{id}-{place + 1}", figure.Title));
        var legend = pieces.Legend.IsEmpty
            ? Html.Empty
            : Html.Of(
                $"<div class=\"legend\">{Drawn(LegendPiece.Of(pieces.Legend, PlotFrame.PanelWidth), $"{id}-legend", $"Legend: {figure.Title}")}</div>"
            );
        return Html.Of(
            $"""
            <figure id="figure-{id}">
            <div class="drawing" role="img" aria-label="{figure.Title}. {figure.Description}">
            <div class="panels">{panels}</div>
            {legend}
            </div>
            <figcaption><strong>{label}.</strong> {figure.Title}</figcaption>
            </figure>

            """
        );
    }

    private static Html Drawn(Piece piece, string id, string title)
    {
        var svg = SvgDrawing.Of(piece, id, title, "");
        // A panel shrinks to a phone's width; what is wider scrolls there, before its text becomes too small to read.
        var least = piece.Width <= PlotFrame.PanelWidth ? 0.75 * piece.Width : 0.85 * piece.Width;
        svg.SetAttributeValue(
            "style",
            string.Create(null, $"flex:1 1 {least:0}px;min-width:{least:0}px;max-width:{1.25 * piece.Width:0}px")
        );
        return new Html(svg.ToString(SaveOptions.DisableFormatting));
    }
}
