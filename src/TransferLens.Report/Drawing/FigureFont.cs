using System.Text;
using ScottPlot;
using SkiaSharp;

namespace TransferLens.Report.Drawing;

/// <summary>
/// The font of the figures: Arimo, embedded in this assembly, so that figures have equal bytes on every machine. Its
/// letters have the widths of Arial and Liberation Sans, which replace it where an SVG is viewed without it.
/// </summary>
internal sealed class FigureFont : IFontResolver
{
    public const string Family = "Arimo";

    /// <summary>The font families that an SVG names, the best match first.</summary>
    public const string Families = "Arimo, 'Liberation Sans', Arial, Helvetica, sans-serif";

    private static readonly SKTypeface Regular = Load("Arimo-Regular.ttf");
    private static readonly SKTypeface Bold = Load("Arimo-Bold.ttf");

    static FigureFont() => Fonts.FontResolvers.Insert(0, new FigureFont());

    private FigureFont() { }

    /// <summary>
    /// The family that has the most letters of the texts: Arimo, or a font of the machine for other scripts.
    /// </summary>
    public static string For(params IEnumerable<string> texts)
    {
        var all = string.Concat(texts).Replace("\n", "", StringComparison.Ordinal);
        var missing = CountMissing(all, Regular);
        if (missing == 0)
        {
            return Family;
        }

        var other = Fonts.Detect(all);
        return CountMissing(all, Fonts.GetTypeface(other, bold: false, italic: false)) < missing ? other : Family;
    }

    /// <summary>Whether a family has a glyph for a letter.</summary>
    public static bool Has(string family, Rune letter) => TypefaceOf(family, bold: false).ContainsGlyph(letter.Value);

    /// <summary>A font to draw or measure with; the caller disposes it.</summary>
    public static SKFont At(float size, bool bold = false, string family = Family) =>
        new(TypefaceOf(family, bold), size)
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
        CreateTypeface(fontName, weight >= FontWeight.SemiBold, italic: false);

    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) =>
        fontName == Family ? TypefaceOf(Family, bold) : null;

    private static SKTypeface TypefaceOf(string family, bool bold)
    {
        if (family != Family)
        {
            return Fonts.GetTypeface(family, bold, italic: false);
        }

        return bold ? Bold : Regular;
    }

    private static int CountMissing(string text, SKTypeface typeface) =>
        text.EnumerateRunes().Count(letter => !typeface.ContainsGlyph(letter.Value));

    private static SKTypeface Load(string name)
    {
        using var stream = typeof(FigureFont).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The font {name} is missing from the assembly.");
        using var data = SKData.Create(stream);
        return SKTypeface.FromData(data);
    }
}
