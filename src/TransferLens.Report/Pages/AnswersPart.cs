using TransferLens.Report.Content;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Pages;

/// <summary>What the study says to whoever must decide, before anything else.</summary>
internal static class AnswersPart
{
    public static Html Of(ReportContent content, PagePlaces places)
    {
        var targets = TargetAnswers.Of(content.Findings);
        return Html.Of(
            $"""
            <section id="short" aria-labelledby="short-heading">
            <h2 id="short-heading">In short</h2>
            {(
                targets.IsEmpty
                    ? Nothing(content)
                    : Html.Join(targets.Select(target => Target(target, targets.Length > 1, places)))
            )}
            {(targets.IsEmpty ? Html.Empty : Open(content))}
            </section>
            """
        );
    }

    private static Html Nothing(ReportContent content) =>
        content.Findings.IsEmpty
            ? Html.Of($"<p>There is no finding: no analysis supports a sentence yet.</p>")
            : Html.Of($"<p>No finding answers a question of whoever must decide; what was found stands below.</p>");

    private static Html Target(TargetAnswers target, bool named, PagePlaces places) =>
        Html.Of(
            $"""
            {(
                named
                    ? Html.Of($"<h3>{(target.Target is { } name ? $"On {name}" : "On all targets")}</h3>")
                    : Html.Empty
            )}
            <dl class="answers">
            {target.Answers.Select(answer =>
                Html.Of(
                    $"<div><dt>{answer.Question}</dt>\n{answer.Findings.Select(finding => One(finding, places.IdOf(finding)))}</div>\n"
                )
            )}</dl>

            """
        );

    private static Html One(Finding finding, string id) =>
        Html.Of(
            $"""
            <dd>
            <p class="sentence">{finding.Sentence}</p>
            {FindingsPart.Detail(finding.Detail)}
            {FindingsPart.Recommendation(finding.Recommendation)}
            <p class="source">{FindingsPart.Level(
                finding.Confidence
            )} <a href="#{id}">Evidence<span class="unseen"> for: {finding.Sentence}</span></a></p>
            </dd>

            """
        );

    private static Html Open(ReportContent content)
    {
        var open = TargetAnswers.Open(content.Findings);
        return open.IsEmpty
            ? Html.Empty
            : Html.Of($"<p class=\"open\">This study does not answer: {string.Join(" ", open)}</p>");
    }
}
