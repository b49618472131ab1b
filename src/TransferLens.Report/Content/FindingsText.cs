using System.Collections.Immutable;
using System.Text;
using TransferLens.Report.Text;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Content;

/// <summary>Writes findings as plain text for the terminal.</summary>
internal static class FindingsText
{
    private const int Columns = 100;

    /// <summary>
    /// Writes the answers target by target: the question, the finding, its evidence and the recommendation. A last line
    /// counts the findings that only the report shows. If no finding answers a question, all findings are written.
    /// </summary>
    /// <remarks>Lines have at most 100 characters unless a word is longer.</remarks>
    /// <param name="writer">Receives the text.</param>
    /// <param name="content">The report whose findings are written; control characters in it are removed.</param>
    public static void Write(TextWriter writer, ReportContent content)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(content);
        if (content.Findings.IsEmpty)
        {
            writer.WriteLine("There are no findings: no analysis supports one yet.");
            return;
        }

        var targets = TargetAnswers.Group(content.Findings);
        if (targets.IsEmpty)
        {
            WriteNumbered(writer, content.Findings);
            return;
        }

        WriteTargets(writer, targets);
        var more = content.Findings.Count(finding => finding.Question is null);
        if (more > 0)
        {
            writer.WriteLine();
            writer.WriteLine(
                more == 1
                    ? "The report has 1 more finding, which explains these."
                    : $"The report has {more} more findings, which explain these."
            );
        }
    }

    private static void WriteTargets(TextWriter writer, ImmutableArray<TargetAnswers> targets)
    {
        if (targets is [var only])
        {
            WriteAnswers(writer, only.Answers);
            return;
        }

        var separator = "";
        foreach (var target in targets)
        {
            Wrap(writer, separator, "", target.Target is { } name ? $"On {name}" : "On all targets");
            writer.WriteLine();
            WriteAnswers(writer, target.Answers);
            separator = "\n";
        }
    }

    private static void WriteAnswers(TextWriter writer, ImmutableArray<Answer> answers)
    {
        foreach (var (index, answer) in answers.Index())
        {
            if (index > 0)
            {
                writer.WriteLine();
            }

            Wrap(writer, Number(index), "    ", answer.Question);
            foreach (var finding in answer.Findings)
            {
                WriteFinding(writer, finding, "    ");
            }
        }
    }

    private static void WriteNumbered(TextWriter writer, ImmutableArray<Finding> findings)
    {
        foreach (var (index, finding) in findings.Index())
        {
            if (index > 0)
            {
                writer.WriteLine();
            }

            WriteFinding(writer, finding, Number(index));
        }
    }

    private static string Number(int index) => $"{index + 1}. ".PadLeft(4);

    private static void WriteFinding(TextWriter writer, Finding finding, string start)
    {
        var indent = new string(' ', start.Length);
        Wrap(writer, start, indent, finding.Sentence);
        if (finding.Detail is { } detail)
        {
            Wrap(writer, indent, indent, detail);
        }

        foreach (var item in finding.Evidence)
        {
            Wrap(writer, $"{indent}- ", $"{indent}  ", $"{item.Name}: {NumberText.WithUnit(item)}");
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
        foreach (var word in PlainText.Clean(text).Split(' '))
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
