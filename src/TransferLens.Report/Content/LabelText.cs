using System.Text;
using TransferLens.Report.Drawing;

namespace TransferLens.Report.Content;

/// <summary>Text that comes from data, made fit to be drawn.</summary>
internal static class LabelText
{
    // U+25A1, a square: what readers know as a letter that no font has. Without it Skia would drop the letter from an SVG.
    private const char NoLetter = '\u25a1';

    /// <summary>Fit for XML and for the terminal: no control character, no broken surrogate; white space becomes single spaces.</summary>
    public static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (!Rune.IsControl(rune) && !Rune.IsWhiteSpace(rune) && (rune.Value & 0xFFFE) != 0xFFFE)
            {
                plain.Append(rune.ToString());
            }
            else if (plain.Length > 0 && plain[^1] != ' ')
            {
                plain.Append(' ');
            }
        }

        return plain.ToString().TrimEnd();
    }

    /// <summary>Plain, and with a square for every letter that no font of the machine has.</summary>
    public static string Clean(string text)
    {
        var plain = Plain(text);
        var family = FigureFont.For(plain);
        return string.Concat(
            plain.EnumerateRunes().Select(rune => FigureFont.Has(family, rune) ? rune.ToString() : NoLetter.ToString())
        );
    }

    /// <summary>Broken into lines no wider than asked, at spaces; a longer word stays whole.</summary>
    public static string Wrapped(string text, float width, float size, bool bold)
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
