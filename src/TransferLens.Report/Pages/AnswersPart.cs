using TransferLens.Report.Content;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Pages;

/// <summary>The answers of the study, at the top of the page.</summary>
internal static class AnswersPart
{
    public static Html Render(ReportContent content, PageReferences references)
    {
        var targets = TargetAnswers.Group(content.Findings);
        var answers = targets.Select(target => Target(target, targets.Length > 1, references));
        return Html.Format(
            $"""
            <section id="short" aria-labelledby="short-heading">
            <h2 id="short-heading">In short</h2>
            {(targets.IsEmpty ? NoAnswers(content) : Html.Join(answers))}
            {(targets.IsEmpty ? Html.Empty : Unanswered(content))}
            </section>
            """
        );
    }

    private static Html NoAnswers(ReportContent content) =>
        content.Findings.IsEmpty
            ? Html.Format($"<p>There are no findings: no analysis supports one yet.</p>")
            : Html.Format($"<p>No finding answers one of the main questions. All findings are listed below.</p>");

    private static Html Target(TargetAnswers target, bool named, PageReferences references)
    {
        var name = target.Target is null ? "On all targets" : $"On {target.Target}";
        return Html.Format(
            $"""
            {(named ? Html.Format($"<h3>{name}</h3>") : Html.Empty)}
            <dl class="answers">
            {target.Answers.Select(answer => Answer(answer, references))}</dl>

            """
        );
    }

    private static Html Answer(Answer answer, PageReferences references)
    {
        var findings = answer.Findings.Select(finding => Item(finding, references.IdOf(finding)));
        return Html.Format($"<div><dt>{answer.Question}</dt>\n{findings}</div>\n");
    }

    private static Html Item(Finding finding, string id)
    {
        var link = Html.Format($"<a href=\"#{id}\">Evidence<span class=\"unseen\"> for: {finding.Sentence}</span></a>");
        return Html.Format(
            $"""
            <dd>
            <p class="sentence">{finding.Sentence}</p>
            {FindingsPart.Detail(finding.Detail)}
            {FindingsPart.Recommendation(finding.Recommendation)}
            <p class="source">{FindingsPart.Level(finding.Confidence)} {link}</p>
            </dd>

            """
        );
    }

    private static Html Unanswered(ReportContent content)
    {
        var questions = TargetAnswers.Unanswered(content.Findings);
        return questions.IsEmpty
            ? Html.Empty
            : Html.Format($"<p class=\"open\">This study does not answer: {string.Join(" ", questions)}</p>");
    }
}
