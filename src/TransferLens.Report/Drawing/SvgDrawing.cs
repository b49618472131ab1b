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
        using var buffer = new MemoryStream();
        using (var canvas = SKSvgCanvas.Create(new SKRect(0, 0, piece.Width, piece.Height), buffer))
        {
            piece.Draw(canvas);
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
            drawn.Elements()
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

    private static string Number(float value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
