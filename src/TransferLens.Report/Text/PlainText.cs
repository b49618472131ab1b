using System.Text;

namespace TransferLens.Report.Text;

/// <summary>Text from data, cleaned so that it is valid in XML and safe on a terminal.</summary>
internal static class PlainText
{
    /// <summary>
    /// Removes control characters, broken surrogates and noncharacters, and collapses white space to single spaces.
    /// </summary>
    public static string Clean(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsPrintable(rune))
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

    // Code points that end in FFFE or FFFF are noncharacters, which XML does not allow.
    private static bool IsPrintable(Rune rune) =>
        !Rune.IsControl(rune) && !Rune.IsWhiteSpace(rune) && (rune.Value & 0xFFFE) != 0xFFFE;
}
