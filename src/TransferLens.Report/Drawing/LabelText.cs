using TransferLens.Report.Text;

namespace TransferLens.Report.Drawing;

/// <summary>Text from data, prepared for drawing in a figure.</summary>
internal static class LabelText
{
    // U+25A1, the usual sign for a missing glyph. Skia would drop the letter from an SVG without it.
    private const char MissingGlyph = '\u25a1';

    /// <summary>Plain text with a square in place of every letter that no font of the machine has.</summary>
    public static string Clean(string text)
    {
        var plain = PlainText.Clean(text);
        var family = FigureFont.For(plain);
        var letters = plain
            .EnumerateRunes()
            .Select(rune => FigureFont.Has(family, rune) ? rune.ToString() : $"{MissingGlyph}");
        return string.Concat(letters);
    }

    /// <summary>Breaks a label at spaces into lines of at most the given width; a longer word is not broken.</summary>
    /// <param name="text">The label.</param>
    /// <param name="width">Maximum width in pixels.</param>
    /// <param name="size">Font size in pixels.</param>
    /// <param name="bold">Whether it is drawn bold.</param>
    /// <returns>The lines, separated by <c>\n</c>.</returns>
    public static string Wrap(string text, float width, float size, bool bold)
    {
        var clean = Clean(text);
        var family = FigureFont.For(clean);
        var lines = new List<string>();
        foreach (var word in clean.Split(' '))
        {
            if (lines.Count > 0 && FigureFont.Width($"{lines[^1]} {word}", size, bold, family) <= width)
            {
                lines[^1] += $" {word}";
            }
            else
            {
                lines.Add(word);
            }
        }

        return string.Join('\n', lines);
    }
}
