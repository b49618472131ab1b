using System.Collections.Immutable;
using TransferLens.Report.Content;
using TransferLens.Report.Text;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Pages;

/// <summary>All findings with their evidence, grouped by analysis.</summary>
internal static class FindingsPart
{
    private const int MaximumLinks = 4;

    public static Html Render(ReportContent content, PageReferences references)
    {
        if (content.Findings.IsEmpty)
        {
            return Html.Empty;
        }

        var analyses = references
            .Findings.GroupBy(one => one.Finding.Analysis)
            .Select((analysis, index) => Analysis(analysis, references.SectionOf(analysis.Key), index + 1));
        return FoldedPart.Render(
            "findings",
            "Findings and their evidence",
            Html.Format(
                $"""
                <p class="lead">Numbers in parentheses are 95 % intervals or ranges; each evidence line says over what.
                Next to each confidence is what it rests on: p of the finding's test, and the training runs on the side
                that has fewer.</p>
                {analyses}
                """
            )
        );
    }

    /// <summary>A finding's confidence in words and, by its class, as dots.</summary>
    /// <param name="confidence">The confidence.</param>
    /// <param name="isShort">Whether a heading already says what it is.</param>
    public static Html Level(Confidence confidence, bool isShort = false)
    {
        var level = confidence.ToString();
        var text = isShort ? level : $"{level} confidence";
        return Html.Format($"<span class=\"confidence {level.ToLowerInvariant()}\">{text}</span>");
    }

    /// <summary>What the headline has no room for.</summary>
    public static Html Detail(string? detail) =>
        detail is null ? Html.Empty : Html.Format($"<p class=\"detail\">{detail}</p>");

    /// <summary>The recommendation, or nothing if there is none.</summary>
    public static Html Recommendation(string? recommendation) =>
        recommendation is null
            ? Html.Empty
            : Html.Format($"<p class=\"recommendation\"><strong>What to do:</strong> {recommendation}</p>");

    // In small print: few readers need it.
    private static Html Basis(Finding finding) =>
        DecisionText.Describe(finding) is { } basis
            ? Html.Format($" <small class=\"basis\">{basis}</small>")
            : Html.Empty;

    private static Html Analysis(
        IGrouping<string, (Finding Finding, string Id)> findings,
        NumberedSection? section,
        int number
    ) =>
        Html.Format(
            $"""
            <h3 id="findings-{number}">{section?.Section.Title ?? findings.Key}</h3>
            {Sources(section)}
            <ul class="findings" aria-labelledby="findings-{number}">
            {findings.Select(one => Item(one.Finding, one.Id))}</ul>

            """
        );

    private static Html Sources(NumberedSection? section)
    {
        if (section is null)
        {
            return Html.Empty;
        }

        var parts =
            section.Parts.Count() <= MaximumLinks
                ? section.Parts
                : new[] { section.Figures, section.Tables }.Where(kind => !kind.IsEmpty).Select(Summarize);
        var links = parts
            .Prepend(new("How it was computed", $"{section.Anchor}-method"))
            .Select(part => Html.Format($" <a href=\"#{part.Id}\">{part.Label}</a>"));
        return Html.Format($"<p class=\"trace\">Sources of the numbers:{links}</p>");
    }

    // "Figures 3 to 9", linked to the first of them.
    private static NumberedPart Summarize(ImmutableArray<NumberedPart> parts)
    {
        if (parts is [var only])
        {
            return only;
        }

        var first = parts[0].Label.Replace(" ", "s ", StringComparison.Ordinal);
        var last = parts[^1].Label.Split(' ')[1];
        return new($"{first} {(parts.Length == 2 ? "and" : "to")} {last}", parts[0].Id);
    }

    private static Html Item(Finding finding, string id)
    {
        var isAnswer = finding.Question is not null;
        var question = isAnswer ? Html.Format($"<span class=\"question\">{finding.Question}</span>") : Html.Empty;
        return Html.Format(
            $"""
            <li class="finding" id="{id}">
            <p class="source">{question}{Level(finding.Confidence)}{Basis(finding)}</p>
            <p class="sentence">{finding.Sentence}</p>
            {Detail(finding.Detail)}
            {Evidence(finding.Evidence)}
            {Recommendation(finding.Recommendation)}
            </li>

            """
        );
    }

    private static Html Evidence(ImmutableArray<Evidence> evidence)
    {
        var items = evidence.Select(item =>
            Html.Format($"<div><dt>{item.Name}</dt><dd>{NumberText.WithUnit(item)}</dd></div>\n")
        );
        return evidence.IsEmpty
            ? Html.Empty
            : Html.Format(
                $"""
                <dl class="evidence">
                {items}</dl>
                """
            );
    }
}
