using System.Text;

namespace TransferLens.Drawing;

/// <summary>Text that comes from data, made fit to be drawn.</summary>
internal static class LabelText
{
    /// <summary>Without control characters and broken surrogates, which XML cannot hold; white space becomes single spaces.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (!Rune.IsControl(rune) && !Rune.IsWhiteSpace(rune) && (rune.Value & 0xFFFE) != 0xFFFE)
            {
                clean.Append(rune.ToString());
            }
            else if (clean.Length > 0 && clean[^1] != ' ')
            {
                clean.Append(' ');
            }
        }

        return clean.ToString().TrimEnd();
    }

    /// <summary>Broken into lines no wider than asked, at spaces; a longer word stays whole.</summary>
    public static string Wrapped(string text, float width, float size, bool bold)
    {
        var lines = new List<string>();
        foreach (var word in Clean(text).Split(' '))
        {
            if (lines.Count > 0 && FigureFont.Width($"{lines[^1]} {word}", size, bold, FigureFont.For(text)) <= width)
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
