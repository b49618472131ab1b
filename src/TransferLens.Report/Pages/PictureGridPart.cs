using TransferLens.Drawing;
using TransferLens.Figures;

namespace TransferLens.Pages;

/// <summary>Pictures within the page: each an image of its own with its caption, flowing with the width there is.</summary>
internal static class PictureGridPart
{
    public static Html Of(PictureGrid grid, string id, string label) => Html.Of($"""
        <figure id="figure-{id}">
        <div class="drawing">
        <ul class="pictures">
        {grid.Cells.Select(Cell)}</ul>
        </div>
        <figcaption><strong>{label}.</strong> {grid.Title} {grid.Description}</figcaption>
        </figure>

        """);

    private static Html Cell(PictureCell cell) => Html.Of($"""
        <li><img src="data:image/png;base64,{Convert.ToBase64String(cell.Png.AsSpan())}" alt="{string.Join(", ", cell.Caption)}" title="{cell.Name}" width="{PictureGridPieces.Side}" height="{PictureGridPieces.Side}">{cell.Caption.Select(line => Html.Of($"<span>{line}</span>"))}</li>

        """);
}
