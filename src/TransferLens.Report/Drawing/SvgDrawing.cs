using System.Globalization;
using System.Text;
using System.Xml.Linq;
using SkiaSharp;
using TransferLens.Report.Content;

namespace TransferLens.Report.Drawing;

/// <summary>Writes a piece as SVG that stands alone, reads without our font, and shares a page with others.</summary>
internal static class SvgDrawing
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <param name="piece">What to draw.</param>
    /// <param name="id">Prefix of every id in it: ids are one space per page.</param>
    /// <param name="title">Its accessible name.</param>
    /// <param name="description">Its accessible description; empty for none.</param>
    public static XElement Of(Piece piece, string id, string title, string description)
    {
        using var buffer = new MemoryStream();
        using (var canvas = SKSvgCanvas.Create(new SKRect(0, 0, piece.Width, piece.Height), buffer))
        {
            piece.Draw(canvas);
        }

        var drawn = XElement.Parse(Encoding.UTF8.GetString(buffer.ToArray()));
        MakeIdsOwn(drawn, id);
        foreach (var text in drawn.Descendants(Svg + "text"))
        {
            MakeReadableAnywhere(text);
        }

        // Images are small and shown enlarged; their pixels stay squares.
        foreach (var image in drawn.Descendants(Svg + "image"))
        {
            image.SetAttributeValue("style", "image-rendering:pixelated");
        }

        var described = LabelText.Plain(description).Length > 0;
        return new XElement(
            Svg + "svg",
            new XAttribute("viewBox", $"0 0 {Number(piece.Width)} {Number(piece.Height)}"),
            new XAttribute("width", Number(piece.Width)),
            new XAttribute("height", Number(piece.Height)),
            new XAttribute("role", "img"),
            new XAttribute("aria-labelledby", described ? $"{id}-title {id}-desc" : $"{id}-title"),
            new XElement(Svg + "title", new XAttribute("id", $"{id}-title"), LabelText.Plain(title)),
            described
                ? new XElement(Svg + "desc", new XAttribute("id", $"{id}-desc"), LabelText.Plain(description))
                : null,
            new XElement(
                Svg + "rect",
                new XAttribute("width", "100%"),
                new XAttribute("height", "100%"),
                new XAttribute("fill", "#fff")
            ),
            drawn.Elements()
        );
    }

    /// <summary>Skia counts its ids through the whole process; here they begin at 1 in each drawing, so that equal drawings are equal.</summary>
    private static void MakeIdsOwn(XElement drawn, string id)
    {
        var own = drawn
            .Descendants()
            .Attributes("id")
            .Select((attribute, place) => (attribute.Value, Own: $"{id}-{place + 1}"))
            .ToDictionary(pair => pair.Value, pair => pair.Own);
        foreach (var attribute in drawn.Descendants().Attributes())
        {
            if (attribute.Name == "id")
            {
                attribute.Value = own[attribute.Value];
            }
            else if (attribute.Value.StartsWith("url(#", StringComparison.Ordinal))
            {
                attribute.Value = $"url(#{own[attribute.Value["url(#".Length..^1]]})";
            }
            else if (attribute.Name.LocalName == "href" && attribute.Value.StartsWith('#'))
            {
                attribute.Value = $"#{own[attribute.Value[1..]]}";
            }
        }
    }

    /// <summary>
    /// Skia places every letter; a start and a length do the same in less space, and another font is then stretched to fit.
    /// </summary>
    private static void MakeReadableAnywhere(XElement text)
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

    private static string Number(float value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
