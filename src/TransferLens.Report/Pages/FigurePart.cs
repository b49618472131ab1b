using System.Xml.Linq;
using TransferLens.Report.Drawing;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Pages;

/// <summary>
/// A figure in the page. Its panels wrap to the width of the page. Hovering shows a value; <c>report.js</c>
/// adds the keyboard, series that can be hidden, and downloads.
/// </summary>
internal static class FigurePart
{
    /// <summary>Renders a figure.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="id">The name of its files.</param>
    /// <param name="label">Its number, for example <c>Figure 3</c>.</param>
    /// <param name="statement">The finding that it shows, with which its caption begins, or empty.</param>
    public static Html Render(Figure figure, string id, string label, string statement = "")
    {
        if (figure is ImageGrid grid)
        {
            return ImageGridPart.Render(grid, id, label);
        }

        var pieces = FigureLayout.Create(figure);
        var panels = pieces.Panels.Select((panel, index) => Draw(panel, $"{id}-{index + 1}", figure.Title));
        return Html.Format(
            $"""
            <figure id="figure-{id}" class="chart" data-file="{id}">
            <div class="drawing" role="group" aria-label="{figure.Title.TrimEnd('.')}. {figure.Description}">
            <div class="panels">{panels}</div>
            {Legend(pieces, id)}
            </div>
            <figcaption><strong>{label}.</strong> {Stated(statement)}{figure.Title}</figcaption>
            </figure>

            """
        );
    }

    private static Html Stated(string statement) =>
        statement.Length == 0 ? Html.Empty : Html.Format($"<b>{statement}</b> ");

    /// <summary>
    /// Renders the panel of a small figure, with a legend where it has several series. Its title and description tell
    /// it to a screen reader.
    /// </summary>
    /// <param name="figure">A figure of one panel.</param>
    /// <param name="id">Prefix of its ids on the page.</param>
    public static Html RenderSmall(Figure figure, string id)
    {
        var pieces = FigureLayout.Create(figure, PanelSize.Small);
        var drawing = Markup(SvgDrawing.Render(pieces.Panels[0], id, figure.Title, figure.Description));
        return pieces.Legend.Count(entry => entry.IsSeries) < 2
            ? drawing
            : Html.Format($"{drawing}{Legend(pieces, id)}");
    }

    private static Html Legend(FigurePieces pieces, string id) =>
        pieces.Legend.IsEmpty
            ? Html.Empty
            : Html.Format(
                $"""
                <ul class="legend">
                {pieces.Legend.Select((entry, index) => Entry(entry, $"{id}-legend-{index + 1}"))}</ul>
                """
            );

    private static Html Entry(LegendEntry entry, string id)
    {
        var sample = new Piece(entry.SampleWidth, LegendPiece.SampleHeight, canvas =>
            entry.Sample(canvas, new(0, 0, entry.SampleWidth, LegendPiece.SampleHeight))
        );
        var svg = SvgDrawing.Render(sample, id, entry.Label, "");
        svg.SetAttributeValue("role", null);
        svg.SetAttributeValue("aria-labelledby", null);
        svg.SetAttributeValue("aria-hidden", "true");
        var series = entry.IsSeries ? Html.Format($" data-series=\"{entry.Label}\"") : Html.Empty;
        return Html.Format($"<li{series}>{Markup(svg)}<span>{entry.Label}</span></li>\n");
    }

    private static Html Draw(Piece piece, string id, string title)
    {
        var svg = piece.Layers is null
            ? SvgDrawing.Render(piece, id, title, "")
            : SvgDrawing.RenderLayers(piece, id, title);
        // Panels shrink to the width of a phone. Wider pieces scroll before their text becomes too small to read.
        var minimum = piece.Width <= PlotFrame.PanelWidth ? 0.75 * piece.Width : 0.85 * piece.Width;
        var maximum = 1.25 * piece.Width;
        var style = string.Create(null, $"flex:1 1 {minimum:0}px;min-width:{minimum:0}px;max-width:{maximum:0}px");
        svg.SetAttributeValue("style", style);
        svg.SetAttributeValue("data-heading", piece.Heading.Length > 0 ? piece.Heading : null);
        return Markup(svg);
    }

    private static Html Markup(XElement svg) => new(svg.ToString(SaveOptions.DisableFormatting));
}
