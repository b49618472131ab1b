using System.Globalization;
using System.Text;
using System.Xml.Linq;
using SkiaSharp;
using TransferLens.Report.Text;

namespace TransferLens.Report.Drawing;

/// <summary>Draws pieces as self-contained SVG that is legible in other fonts and can share a page.</summary>
internal static class SvgDrawing
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>Draws one piece.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="id">Prefix of all ids in the SVG, unique on its page.</param>
    /// <param name="title">Its accessible name.</param>
    /// <param name="description">Its accessible description, or empty.</param>
    public static XElement Render(Piece piece, string id, string title, string description)
    {
        return Frame(piece, id, title, description, Elements(piece.Draw, piece, id));
    }

    /// <summary>
    /// Draws one piece in layers: a group of class <c>series</c> for what belongs to a series, and above all a
    /// transparent element of class <c>value</c> for each value, whose title contains it.
    /// </summary>
    /// <param name="piece">A piece with layers.</param>
    /// <param name="id">Prefix of all ids in the SVG, unique on its page.</param>
    /// <param name="title">Its accessible name.</param>
    public static XElement RenderLayers(Piece piece, string id, string title)
    {
        var layers = piece.Layers!();
        return Frame(
            piece,
            id,
            title,
            "",
            [
                .. Elements(layers.Background, piece, id),
                .. layers.Series.Select(
                    (layer, index) =>
                        new XElement(
                            Svg + "g",
                            layer.Series.Length == 0
                                ? null
                                : new[]
                                {
                                    new XAttribute("class", "series"),
                                    new XAttribute("data-series", layer.Series),
                                },
                            Elements(layer.Draw, piece, $"{id}-{index + 1}")
                        )
                ),
                .. layers.Values.Select(Value),
            ]
        );
    }

    // A point gets a circle that a finger hits; everything else has its own shape.
    private static XElement Value(ShownValue value)
    {
        const float radius = 9;
        var area = value.Area;
        var shape =
            area.Width == 0 && area.Height == 0
                ? new XElement(
                    Svg + "circle",
                    new XAttribute("cx", Number(area.Left)),
                    new XAttribute("cy", Number(area.Top)),
                    new XAttribute("r", Number(radius))
                )
                : new XElement(
                    Svg + "rect",
                    new XAttribute("x", Number(area.Left)),
                    new XAttribute("y", Number(area.Top)),
                    new XAttribute("width", Number(area.Width)),
                    // A bar of height 0 is still found.
                    new XAttribute("height", Number(Math.Max(4, area.Height)))
                );
        shape.Add(
            new XAttribute("class", "value"),
            new XAttribute("fill", "none"),
            new XAttribute("pointer-events", "all"),
            value.Series.Length == 0 ? null : new XAttribute("data-series", value.Series),
            new XAttribute("data-position", PlainText.Clean(value.Position)),
            new XAttribute("data-value", Exact(value.Value)),
            double.IsFinite(value.Low) ? new XAttribute("data-low", Exact(value.Low)) : null,
            double.IsFinite(value.High) ? new XAttribute("data-high", Exact(value.High)) : null,
            new XElement(Svg + "title", PlainText.Clean(value.Text))
        );
        return shape;
    }

    private static IEnumerable<XElement> Elements(Action<SKCanvas> draw, Piece piece, string id)
    {
        using var buffer = new MemoryStream();
        using (var canvas = SKSvgCanvas.Create(new SKRect(0, 0, piece.Width, piece.Height), buffer))
        {
            draw(canvas);
        }

        var drawn = XElement.Parse(Encoding.UTF8.GetString(buffer.ToArray()));
        PrefixIds(drawn, id);
        foreach (var text in drawn.Descendants(Svg + "text"))
        {
            FitText(text);
        }

        // Images are small and shown enlarged, without smoothing.
        foreach (var image in drawn.Descendants(Svg + "image"))
        {
            image.SetAttributeValue("style", "image-rendering:pixelated");
        }

        return drawn.Elements();
    }

    private static XElement Frame(
        Piece piece,
        string id,
        string title,
        string description,
        IEnumerable<XElement> elements
    )
    {
        var described = PlainText.Clean(description).Length > 0;
        return new XElement(
            Svg + "svg",
            new XAttribute("viewBox", $"0 0 {Number(piece.Width)} {Number(piece.Height)}"),
            new XAttribute("width", Number(piece.Width)),
            new XAttribute("height", Number(piece.Height)),
            new XAttribute("role", "img"),
            new XAttribute("aria-labelledby", described ? $"{id}-title {id}-desc" : $"{id}-title"),
            new XElement(Svg + "title", new XAttribute("id", $"{id}-title"), PlainText.Clean(title)),
            described
                ? new XElement(Svg + "desc", new XAttribute("id", $"{id}-desc"), PlainText.Clean(description))
                : null,
            new XElement(
                Svg + "rect",
                new XAttribute("width", "100%"),
                new XAttribute("height", "100%"),
                new XAttribute("fill", "#fff")
            ),
            elements
        );
    }

    // Skia numbers its ids through the process. Numbering them per drawing makes equal drawings equal.
    private static void PrefixIds(XElement drawn, string id)
    {
        var renamed = drawn
            .Descendants()
            .Attributes("id")
            .Select((attribute, index) => (attribute.Value, Id: $"{id}-{index + 1}"))
            .ToDictionary(pair => pair.Value, pair => pair.Id);
        foreach (var attribute in drawn.Descendants().Attributes())
        {
            if (attribute.Name == "id")
            {
                attribute.Value = renamed[attribute.Value];
            }
            else if (attribute.Value.StartsWith("url(#", StringComparison.Ordinal))
            {
                attribute.Value = $"url(#{renamed[attribute.Value["url(#".Length..^1]]})";
            }
            else if (attribute.Name.LocalName == "href" && attribute.Value.StartsWith('#'))
            {
                attribute.Value = $"#{renamed[attribute.Value[1..]]}";
            }
        }
    }

    // Skia positions every letter. A start and a length are shorter, and stretch a replacement font to the same width.
    private static void FitText(XElement text)
    {
        text.Value = text.Value.Trim();
        var size = float.Parse(text.Attribute("font-size")?.Value ?? "16", CultureInfo.InvariantCulture);
        var bold = text.Attribute("font-weight") is not null;
        var family = text.Attribute("font-family")?.Value ?? FigureFont.Family;
        foreach (var axis in new[] { "x", "y" })
        {
            text.SetAttributeValue(axis, text.Attribute(axis)?.Value.Split(',')[0].Trim());
        }

        text.SetAttributeValue("textLength", Number(FigureFont.Width(text.Value, size, bold, family)));
        text.SetAttributeValue("lengthAdjust", "spacingAndGlyphs");
        text.SetAttributeValue(
            "font-family",
            family == FigureFont.Family ? FigureFont.Families : $"'{family}', sans-serif"
        );
    }

    private static string Exact(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Number(float value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
