using TransferLens.Report.Drawing;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Pages;

/// <summary>A grid of images in the page, each with its caption. The grid wraps to the width of the page.</summary>
internal static class ImageGridPart
{
    public static Html Render(ImageGrid grid, string id, string label) =>
        Html.Format(
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

    private static Html Cell(ImageCell cell)
    {
        var source = $"data:image/png;base64,{Convert.ToBase64String(cell.Png.AsSpan())}";
        var text = string.Join(", ", cell.Caption);
        var size = Html.Format($"width=\"{ImageGridPieces.Side}\" height=\"{ImageGridPieces.Side}\"");
        var caption = cell.Caption.Select(line => Html.Format($"<span>{line}</span>"));
        return Html.Format(
            $"""
            <li><img src="{source}" alt="{text}" title="{cell.Name}" {size}>{caption}</li>

            """
        );
    }
}
