using TransferLens.Report.Text;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Pages;

/// <summary>
/// A grid of images in the page, each with its caption. The grid wraps to the width of the page. <c>report.js</c> adds
/// what chooses images, and enlarges them.
/// </summary>
internal static class ImageGridPart
{
    private static readonly byte[] JpegStart = [0xFF, 0xD8, 0xFF];

    public static Html Render(ImageGrid grid, string id, string label) =>
        Html.Format(
            $"""
            <figure id="figure-{id}" class="gallery">
            <div class="drawing">
            <ul class="images" data-facets="{string.Join('|', grid.Facets)}">
            {grid.Cells.Select(Cell)}</ul>
            </div>
            <figcaption><strong>{label}.</strong> {grid.Title} {grid.Description}</figcaption>
            </figure>

            """
        );

    private static Html Cell(ImageCell cell)
    {
        var format = cell.Image.AsSpan().StartsWith(JpegStart) ? "jpeg" : "png";
        var source = $"data:image/{format};base64,{Convert.ToBase64String(cell.Image.AsSpan())}";
        var text = string.Join(", ", cell.Caption);
        var caption = cell.Caption.Select(line => Html.Format($"<span>{line}</span>"));
        return Html.Format(
            $"""
            <li{Facets(cell)}><img{(
                format == "jpeg" ? Html.Empty : Html.Format($" class=\"pixels\"")
            )} src="{source}" alt="{text}" title="{cell.Name}" width="96" height="96">{caption}</li>

            """
        );
    }

    private static Html Facets(ImageCell cell)
    {
        var facets = cell.Facets.Select((value, index) => Html.Format($" data-facet-{index}=\"{value}\""));
        return cell.Confidence is { } confidence
            ? Html.Format($"{facets} data-confidence=\"{NumberText.Percent(confidence)}\"")
            : Html.Format($"{facets}");
    }
}
