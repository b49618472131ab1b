using TransferLens.Report.Drawing;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Pages;

/// <summary>Images within the page: each an image of its own with its caption, flowing with the width there is.</summary>
internal static class ImageGridPart
{
    public static Html Of(ImageGrid grid, string id, string label) =>
        Html.Of(
            $"""
            <figure id="figure-{id}">
            <div class="drawing">
            <ul class="images">
            {grid.Cells.Select(Cell)}</ul>
            </div>
            <figcaption><strong>{label}.</strong> {grid.Title} {grid.Description}</figcaption>
            </figure>

            """
        );

    private static Html Cell(ImageCell cell) =>
        Html.Of(
            $"""
            <li><img src="data:image/png;base64,{Convert.ToBase64String(cell.Png.AsSpan())}" alt="{string.Join(
                ", ",
                cell.Caption
            )}" title="{cell.Name}" width="{ImageGridPieces.Side}" height="{ImageGridPieces.Side}">{cell.Caption.Select(
                line => Html.Of($"<span>{line}</span>")
            )}</li>

            """
        );
}
