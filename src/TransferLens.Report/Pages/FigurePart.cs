using System.Xml.Linq;
using TransferLens.Drawing;
using TransferLens.Figures;

namespace TransferLens.Pages;

/// <summary>A figure within the page: its panels flow with the width there is, and are one picture to a screen reader.</summary>
internal static class FigurePart
{
    public static Html Of(Figure figure, string id)
    {
        var pieces = FigurePieces.Of(figure);
        var panels = pieces.Panels.Select((panel, place) => Drawn(panel, $"{id}-{place + 1}", figure.Title));
        var legend = pieces.Legend.IsEmpty
            ? Html.Empty
            : Html.Of($"<div class=\"legend\">{Drawn(LegendPiece.Of(pieces.Legend, PlotFrame.PanelWidth), $"{id}-legend", $"Legend: {figure.Title}")}</div>");
        return Html.Of($"""
            <figure id="figure-{id}">
            <div class="drawing" role="img" aria-label="{figure.Title}. {figure.Description}">
            <div class="panels">{panels}</div>
            {legend}
            </div>
            <figcaption>{figure.Title}</figcaption>
            </figure>

            """);
    }

    private static Html Drawn(Piece piece, string id, string title)
    {
        var svg = SvgDrawing.Of(piece, id, title, "");
        // Below this share of its size the text of a figure would be too small to read: it scrolls instead.
        svg.SetAttributeValue("style", string.Create(null, $"min-width:{0.7 * piece.Width:0}px;max-width:{1.25 * piece.Width:0}px;flex:1 1 {0.7 * piece.Width:0}px"));
        return new Html(svg.ToString(SaveOptions.DisableFormatting));
    }
}
