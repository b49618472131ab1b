using System.Text;
using ScottPlot;
using SkiaSharp;

namespace TransferLens.Report.Drawing;

/// <summary>
/// The font of the figures: Arimo, carried along, so that a figure needs no font of the machine and has the same bytes on all.
/// Its letters are as wide as Arial's and Liberation Sans', which stand in for it where an SVG is read.
/// </summary>
internal sealed class FigureFont : IFontResolver
{
    public const string Family = "Arimo";

    /// <summary>What an SVG asks for, the best match first.</summary>
    public const string Families = "Arimo, 'Liberation Sans', Arial, Helvetica, sans-serif";

    private static readonly SKTypeface Regular = Load("Arimo-Regular.ttf");
    private static readonly SKTypeface Bold = Load("Arimo-Bold.ttf");

    static FigureFont() => Fonts.FontResolvers.Insert(0, new FigureFont());

    private FigureFont() { }

    /// <summary>The family that has the most letters of the texts: Arimo, or what the machine has for other scripts.</summary>
    public static string For(params IEnumerable<string> texts)
    {
        var all = string.Concat(texts).Replace("\n", "", StringComparison.Ordinal);
        var missing = Missing(all, Regular);
        if (missing == 0)
        {
            return Family;
        }

        var other = Fonts.Detect(all);
        return Missing(all, Fonts.GetTypeface(other, bold: false, italic: false)) < missing ? other : Family;
    }

    /// <summary>Whether the family can draw a letter.</summary>
    public static bool Has(string family, Rune letter) =>
        (family == Family ? Regular : Fonts.GetTypeface(family, bold: false, italic: false)).ContainsGlyph(
            letter.Value
        );

    /// <summary>A font to draw or measure with; the caller disposes it.</summary>
    public static SKFont At(float size, bool bold = false, string family = Family) =>
        new(family == Family ? (bold ? Bold : Regular) : Fonts.GetTypeface(family, bold, italic: false), size)
        {
            Subpixel = true,
            LinearMetrics = true,
            Hinting = SKFontHinting.None,
        };

    /// <summary>Width of one line of text in pixels.</summary>
    public static float Width(string text, float size, bool bold = false, string family = Family)
    {
        using var font = At(size, bold, family);
        return font.MeasureText(text);
    }

    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
        fontName != Family ? null
        : weight >= FontWeight.SemiBold ? Bold
        : Regular;

    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) =>
        fontName != Family ? null
        : bold ? Bold
        : Regular;

    private static int Missing(string text, SKTypeface typeface) =>
        text.EnumerateRunes().Count(letter => !typeface.ContainsGlyph(letter.Value));

    private static SKTypeface Load(string name)
    {
        using var stream = typeof(FigureFont).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The font {name} is missing from the assembly.");
        using var data = SKData.Create(stream);
        return SKTypeface.FromData(data);
    }
}
