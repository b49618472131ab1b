using System.Text;
using TransferLens.Drawing;
using TransferLens.Findings;
using TransferLens.Pages;

namespace TransferLens.Report;

/// <summary>Findings as plain text, for the terminal.</summary>
public static class FindingsText
{
    private const int Columns = 100;

    /// <summary>Writes every finding: the sentence, the numbers it rests on, what to do. Lines are at most 100 characters long, unless a word is longer.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="content">Whose findings; control characters in it do not reach the terminal.</param>
    public static void Write(TextWriter writer, ReportContent content)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(content);
        if (content.Findings.IsEmpty)
        {
            writer.WriteLine("There is no finding: no analysis supports a sentence yet.");
            return;
        }

        for (var number = 1; number <= content.Findings.Length; number++)
        {
            if (number > 1)
            {
                writer.WriteLine();
            }

            Write(writer, content.Findings[number - 1], $"{number,2}. ");
        }
    }

    private static void Write(TextWriter writer, Finding finding, string number)
    {
        var indent = new string(' ', number.Length);
        Wrap(writer, number, indent, finding.Sentence);
        foreach (var item in finding.Evidence)
        {
            Wrap(writer, $"{indent}- ", $"{indent}  ", $"{item.Name}: {NumberText.Of(item)}");
        }

        Wrap(writer, indent, indent, $"Confidence: {finding.Confidence.ToString().ToLowerInvariant()}.");
        if (finding.Recommendation is { } advice)
        {
            Wrap(writer, indent, indent, $"What to do: {advice}");
        }
    }

    private static void Wrap(TextWriter writer, string first, string next, string text)
    {
        var line = new StringBuilder(first);
        var start = first.Length;
        foreach (var word in LabelText.Plain(text).Split(' '))
        {
            if (line.Length > start && line.Length + 1 + word.Length > Columns)
            {
                writer.WriteLine(line.ToString());
                line.Clear().Append(next);
                start = next.Length;
            }

            line.Append(line.Length > start ? " " : "").Append(word);
        }

        writer.WriteLine(line.ToString());
    }
}
