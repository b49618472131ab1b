using System.Collections.Immutable;
using System.Text;
using TransferLens.Report.Drawing;
using TransferLens.Report.Files;
using TransferLens.Report.Text;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Content;

/// <summary>The answers of a study in Markdown: half a page for a wiki or a pull request.</summary>
internal static class MarkdownSummary
{
    /// <summary>Name of the file in the run's folder.</summary>
    public const string FileName = "summary.md";

    private const int MostFigures = 3;

    /// <summary>Writes <c>summary.md</c>, and the figures that it shows as <c>figures/summary-N.png</c>.</summary>
    /// <param name="content">What the report shows.</param>
    /// <param name="folder">The run's folder.</param>
    /// <returns>The file's path.</returns>
    public static string Write(ReportContent content, string folder)
    {
        var named = Highlights.HaveSeveralTargets(content.Sections);
        ImmutableArray<Figure> figures =
        [
            .. Highlights
                .ChooseFrom(content.Sections, content.Findings)
                .Take(MostFigures)
                .Select(one => Titled(one.Highlight, named)),
        ];
        foreach (var (index, figure) in figures.Index())
        {
            AtomicFile.Write(Path.Combine(folder, "figures", $"{Name(index)}.png"), FigureRenderer.SmallPng(figure));
        }

        var path = Path.Combine(folder, FileName);
        AtomicFile.Write(path, Text(content, figures));
        return path;
    }

    /// <summary>Removes the summary of an earlier report, whose figures are gone.</summary>
    public static void Remove(string folder) => File.Delete(Path.Combine(folder, FileName));

    private static Figure Titled(Highlight highlight, bool named) =>
        named && highlight.Target is { } target
            ? highlight.Figure with
            {
                Title = $"{highlight.Figure.Title}, {target}",
            }
            : highlight.Figure;

    private static string Text(ReportContent content, ImmutableArray<Figure> figures)
    {
        var text = new StringBuilder($"# {Plain(content.Study)}\n\n{Plain(content.Subtitle)}\n\n");
        if (Verdict.Create(content.Findings) is { } verdict)
        {
            text.Append($"**{Plain(verdict)}**\n\n");
        }

        foreach (var (index, figure) in figures.Index())
        {
            text.Append($"![{Plain(figure.Title)}. {Plain(figure.Description)}](figures/{Name(index)}.png)\n");
        }

        var titles = figures.Select(figure => Plain(figure.Title));
        text.Append(figures.IsEmpty ? "" : $"\nFrom left to right: {string.Join("; ", titles)}.\n\n");
        var targets = TargetAnswers.Group(content.Findings);
        foreach (var target in targets)
        {
            if (targets.Length > 1)
            {
                text.Append($"## {(target.Target is { } name ? $"On {Plain(name)}" : "On all targets")}\n\n");
            }

            text.Append("| question | answer | number (95 % interval) | confidence | what to do |\n");
            text.Append("| --- | --- | --- | --- | --- |\n");
            foreach (var (question, findings) in target.Answers.SelectMany(Rows))
            {
                text.Append(Row(question, findings));
            }

            text.Append('\n');
        }

        text.Append("Evidence and methods: `report.html` and `results.json` of the run.\n");
        return text.ToString();
    }

    private static IEnumerable<(string Question, ImmutableArray<Finding> Findings)> Rows(Answer answer) =>
        answer.Rows.Select((row, index) => (index == 0 ? answer.Question : "", row));

    private static string Row(string question, ImmutableArray<Finding> findings)
    {
        var finding = findings[0];
        var numbers = findings
            .Where(one => one is { Answer: not null, Evidence: [_, ..] })
            .Select(one =>
                findings.Length == 1
                    ? NumberText.WithUnit(one.Evidence[0])
                    : $"{EvidenceName.QuantityOf(one.Evidence[0])}: {NumberText.WithUnit(one.Evidence[0])}"
            );
        string[] cells =
        [
            question,
            finding.Answer ?? finding.Sentence,
            string.Join("; ", numbers),
            finding.Confidence.ToString().ToLowerInvariant(),
            finding.Recommendation ?? "",
        ];
        return $"| {string.Join(" | ", cells.Select(Plain))} |\n";
    }

    // Text from data must not become markup.
    private static string Plain(string text)
    {
        var escaped = new StringBuilder();
        foreach (var letter in PlainText.Clean(text))
        {
            escaped.Append(
                letter is '|' or '*' or '_' or '`' or '<' or '>' or '[' or ']' or '\\' ? $"\\{letter}" : letter
            );
        }

        return escaped.ToString();
    }

    private static string Name(int index) => $"summary-{index + 1}";
}
