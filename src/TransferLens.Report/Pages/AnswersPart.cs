using System.Collections.Immutable;
using TransferLens.Report.Content;
using TransferLens.Report.Text;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Pages;

/// <summary>
/// The first screen: the verdict, small figures, and the table of decisions. It gives the answers and what to do.
/// </summary>
internal static class AnswersPart
{
    // The checkpoint and the two kinds of models.
    private const int MostNames = 3;

    // A longer word might not fit on a line of a phone.
    private const int LongestUnbroken = 16;

    public static Html Render(ReportContent content, PageReferences references)
    {
        var targets = TargetAnswers.Group(content.Findings);
        return Html.Format(
            $"""
            <section id="short" aria-labelledby="short-heading">
            <h2 id="short-heading" class="unseen">In short</h2>
            {(
                Verdict.Create(content.Findings) is { } verdict
                    ? Html.Format($"<p class=\"verdict\">{Unbroken(verdict)}</p>")
                    : Html.Empty
            )}
            {Names(content)}
            {HighlightsPart.Render(content, references)}
            {(targets.IsEmpty ? NoAnswers(content) : Decisions(targets, references))}
            {(targets.IsEmpty ? Html.Empty : Unanswered(content))}
            {LegendPart.Render(content)}
            </section>
            """
        );
    }

    // No line ends at a hyphen, such as that of P-T; long words may still break.
    private static IEnumerable<Html> Unbroken(string text) =>
        text.Split(' ')
            .Select(
                (word, index) =>
                {
                    var space = index == 0 ? "" : " ";
                    return word.Length <= LongestUnbroken && word.Contains('-', StringComparison.Ordinal)
                        ? Html.Format($"{space}<span class=\"unbroken\">{word}</span>")
                        : Html.Format($"{space}{word}");
                }
            );

    // The names without which no answer can be understood; all are below the answers.
    private static Html Names(ReportContent content)
    {
        var first = content
            .Legend.Take(MostNames)
            .Select(entry => Html.Format($"<span><b>{entry.Key}:</b> {entry.Value}</span>\n"));
        return content.Legend.IsEmpty ? Html.Empty : Html.Format($"<p class=\"first-names\">{first}</p>");
    }

    private static Html NoAnswers(ReportContent content) =>
        content.Findings.IsEmpty
            ? Html.Format($"<p>There are no findings: no analysis supports one yet.</p>")
            : Html.Format($"<p>No finding answers one of the main questions. All findings are listed below.</p>");

    private static Html Decisions(ImmutableArray<TargetAnswers> targets, PageReferences references)
    {
        var bodies = targets.Select(target =>
            Html.Format(
                $"""
                <tbody>
                {(targets.Length > 1 ? TargetRow(target) : Html.Empty)}{target.Answers.SelectMany(answer =>
                    Rows(answer, references)
                )}</tbody>

                """
            )
        );
        return Html.Format(
            $"""
            <div class="scroll" role="region" aria-labelledby="decisions-caption" tabindex="0">
            <table class="decisions stacked">
            <caption id="decisions-caption" class="unseen">Answers and what to do</caption>
            <thead><tr>
            {TableCells.Heading("Question")}{TableCells.Heading("Answer")}
            {TableCells.Heading("Number (95 % interval)")}
            {TableCells.Heading("Confidence")}{TableCells.Heading("What to do")}
            </tr></thead>
            {bodies}</table>
            </div>
            """
        );
    }

    private static Html TargetRow(TargetAnswers target)
    {
        var name = target.Target is null ? "On all targets" : $"On {target.Target}";
        return Html.Format($"<tr><th scope=\"rowgroup\" colspan=\"5\">{name}</th></tr>\n");
    }

    private static IEnumerable<Html> Rows(Answer answer, PageReferences references) =>
        answer.Rows.Select((row, index) => Row(answer.Question, row, references, isFirst: index == 0));

    private static Html Row(
        string question,
        ImmutableArray<Finding> findings,
        PageReferences references,
        bool isFirst
    )
    {
        var finding = findings[0];
        var name = isFirst ? Html.Format($"{question}") : Html.Format($"<span class=\"unseen\">{question}</span>");
        return Html.Format(
            $"""
            <tr{(isFirst ? Html.Empty : Html.Format($" class=\"more\""))}>
            <th scope="row">{name}</th>
            <td><a class="answer" href="#{references.IdOf(finding)}">{finding.Answer ?? finding.Sentence}</a></td>
            {Numbers(findings, references)}
            <td>{FindingsPart.Level(finding.Confidence, isShort: true)}</td>
            <td class="action">{finding.Recommendation}</td>
            </tr>

            """
        );
    }

    // What each number is, without what its interval covers, which the finding says.
    private static Html Numbers(ImmutableArray<Finding> findings, PageReferences references)
    {
        if (findings[0] is not { Answer: not null, Evidence: [var first, ..] })
        {
            return TableCells.Text("");
        }

        return findings.Length == 1
            ? Html.Format(
                $"""
                <td class="estimate" title="{first.Name}">{NumberText.WithUnit(first)}
                <small>{EvidenceName.QuantityOf(first)}</small></td>
                """
            )
            : Html.Format($"<td class=\"estimate\">{findings.Select(Linked)}</td>");

        Html Linked(Finding finding)
        {
            var (evidence, id) = (finding.Evidence[0], references.IdOf(finding));
            return Html.Format(
                $"""
                <div title="{evidence.Name}"><a href="#{id}">{NumberText.WithUnit(evidence)}</a>
                <small>{EvidenceName.QuantityOf(evidence)}</small></div>

                """
            );
        }
    }

    private static Html Unanswered(ReportContent content)
    {
        var questions = TargetAnswers.Unanswered(content.Findings);
        return questions.IsEmpty
            ? Html.Empty
            : Html.Format($"<p class=\"open\">This study does not answer: {string.Join(" ", questions)}</p>");
    }
}
