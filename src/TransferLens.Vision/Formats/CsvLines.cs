using System.Text;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Formats;

/// <summary>
/// Reads comma-separated values: fields may be quoted, with doubled quotes for one quote, commas and line ends inside; lines
/// end in LF or CRLF; empty lines are left out. Source: RFC 4180.
/// </summary>
internal static class CsvLines
{
    /// <summary>The fields of each line, with the number, from 1, of the line that they begin on.</summary>
    /// <exception cref="InputException">A quoted field does not end; <paramref name="path"/> is named.</exception>
    public static IEnumerable<(int Number, List<string> Fields)> Of(string text, string path)
    {
        var (number, begins, at) = (1, 1, 0);
        var (fields, field) = (new List<string>(), new StringBuilder());
        var empty = true;
        while (at < text.Length)
        {
            var c = text[at++];
            if (c == '"' && field.Length == 0)
            {
                empty = false;
                for (; at < text.Length && (text[at] != '"' || (at + 1 < text.Length && text[at + 1] == '"')); at++)
                {
                    at += text[at] == '"' ? 1 : 0;
                    number += text[at] == '\n' ? 1 : 0;
                    field.Append(text[at]);
                }

                if (at++ >= text.Length)
                {
                    throw new InputException(
                        $"In '{path}' the quoted field that begins near line {begins} does not end; close its quotes."
                    );
                }
            }
            else if (c == ',')
            {
                fields.Add(field.ToString());
                field.Clear();
                empty = false;
            }
            else if (c == '\n' || (c == '\r' && (at == text.Length || text[at] == '\n')))
            {
                at += c == '\r' && at < text.Length ? 1 : 0;
                if (!empty)
                {
                    yield return (begins, [.. fields, field.ToString()]);
                }

                fields.Clear();
                field.Clear();
                empty = true;
                begins = ++number;
            }
            else
            {
                field.Append(c);
                empty = false;
            }
        }

        if (!empty)
        {
            yield return (begins, [.. fields, field.ToString()]);
        }
    }
}
