using System.Text;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Formats;

/// <summary>A line of comma-separated values.</summary>
/// <param name="Number">Number, from 1, of the line of the text that it starts on.</param>
/// <param name="Fields">Its fields, without quotes.</param>
internal readonly record struct CsvLine(int Number, List<string> Fields)
{
    /// <summary>
    /// Reads comma-separated values: fields may be quoted, with doubled quotes for one quote, and may then contain
    /// commas and line ends; lines end in LF or CRLF; empty lines are skipped. Source: RFC 4180.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="path">Its file, for the message of an error.</param>
    /// <exception cref="InputException">A quoted field does not end.</exception>
    public static IEnumerable<CsvLine> Parse(string text, string path)
    {
        var (number, start, at) = (1, 1, 0);
        var (fields, field) = (new List<string>(), new StringBuilder());
        var empty = true;
        while (at < text.Length)
        {
            var c = text[at++];
            if (c == '"' && field.Length == 0)
            {
                empty = false;
                for (; at < text.Length && !IsClosingQuote(text, at); at++)
                {
                    at += text[at] == '"' ? 1 : 0;
                    number += text[at] == '\n' ? 1 : 0;
                    field.Append(text[at]);
                }

                if (at++ >= text.Length)
                {
                    throw new InputException(
                        $"In '{path}' the quoted field that starts near line {start} does not end; close its quotes."
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
                    yield return new(start, [.. fields, field.ToString()]);
                }

                fields.Clear();
                field.Clear();
                empty = true;
                start = ++number;
            }
            else
            {
                field.Append(c);
                empty = false;
            }
        }

        if (!empty)
        {
            yield return new(start, [.. fields, field.ToString()]);
        }
    }

    private static bool IsClosingQuote(string text, int at) =>
        text[at] == '"' && (at + 1 == text.Length || text[at + 1] != '"');
}
