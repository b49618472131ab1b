using System.Collections.Immutable;
using System.Text;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Content;

/// <summary>Findings as plain text, for the terminal.</summary>
public static class FindingsText
{
    private const int Columns = 100;

    /// <summary>
    /// Writes the answers, target by target: the question, the sentence, the numbers it rests on, what to do; then how many
    /// findings more the report has. Where nothing answers a question, every finding. Lines are at most 100 characters long,
    /// unless a word is longer.
    /// </summary>
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

        var targets = TargetAnswers.Of(content.Findings);
        if (targets.IsEmpty)
        {
            Numbered(writer, content.Findings);
            return;
        }

        for (var place = 0; place < targets.Length; place++)
        {
            if (targets.Length > 1)
            {
                Wrap(
                    writer,
                    place > 0 ? "\n" : "",
                    "",
                    targets[place].Target is { } name ? $"On {name}" : "On all targets"
                );
                writer.WriteLine();
            }

            Answers(writer, targets[place].Answers);
        }

        var more = content.Findings.Count(finding => finding.Question is null);
        if (more > 0)
        {
            writer.WriteLine();
            writer.WriteLine(
                $"{more} more {(more == 1 ? "finding" : "findings")}, which explain{(more == 1 ? "s" : "")} these, in the report."
            );
        }
    }

    private static void Answers(TextWriter writer, ImmutableArray<Answer> answers)
    {
        for (var number = 1; number <= answers.Length; number++)
        {
            if (number > 1)
            {
                writer.WriteLine();
            }

            var answer = answers[number - 1];
            Wrap(writer, $"{number, 2}. ", "    ", answer.Question);
            foreach (var finding in answer.Findings)
            {
                Write(writer, finding, "    ");
            }
        }
    }

    private static void Numbered(TextWriter writer, ImmutableArray<Finding> findings)
    {
        for (var number = 1; number <= findings.Length; number++)
        {
            if (number > 1)
            {
                writer.WriteLine();
            }

            Write(writer, findings[number - 1], $"{number, 2}. ");
        }
    }

    private static void Write(TextWriter writer, Finding finding, string start)
    {
        var indent = new string(' ', start.Length);
        Wrap(writer, start, indent, finding.Sentence);
        if (finding.Detail is { } detail)
        {
            Wrap(writer, indent, indent, detail);
        }

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
