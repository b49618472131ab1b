using System.Text;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Formats;

/// <summary>A line of separated values.</summary>
/// <param name="Number">Number, from 1, of the line of the text that it starts on.</param>
/// <param name="Fields">Its fields, without quotes.</param>
internal readonly record struct CsvLine(int Number, List<string> Fields)
{
    /// <summary>
    /// Reads separated values: fields may be quoted, with doubled quotes for one quote, and may then contain separators
    /// and line ends; lines end in LF, CRLF or CR; empty lines are skipped. Source: RFC 4180.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="path">Its file, for the message of an error.</param>
    /// <param name="separator">What is between fields.</param>
    /// <exception cref="InputException">A quoted field does not end.</exception>
    public static IEnumerable<CsvLine> Parse(string text, string path, char separator = ',')
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
                    number += EndsLine(text, at) ? 1 : 0;
                    field.Append(text[at]);
                }

                if (at++ >= text.Length)
                {
                    throw new InputException(
                        $"In '{path}' the quoted field that starts near line {start} does not end; close its quotes."
                    );
                }
            }
            else if (c == separator)
            {
                fields.Add(field.ToString());
                field.Clear();
                empty = false;
            }
            else if (c is '\n' or '\r')
            {
                at += EndsLine(text, at - 1) ? 0 : 1;
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

    // The last character of a line's end: LF, or CR without one.
    private static bool EndsLine(string text, int at) =>
        text[at] == '\n' || (text[at] == '\r' && (at + 1 == text.Length || text[at + 1] != '\n'));

    private static bool IsClosingQuote(string text, int at) =>
        text[at] == '"' && (at + 1 == text.Length || text[at + 1] != '"');
}
