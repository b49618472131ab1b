using System.Collections.Immutable;
using TransferLens.Findings;
using TransferLens.Report;

namespace TransferLens.Pages;

/// <summary>What the study says, before anything else.</summary>
internal static class FindingsPart
{
    public static Html Of(ReportContent content, ImmutableArray<SectionAnchor> anchors) => Html.Of($"""
        <section id="findings" aria-labelledby="findings-heading">
        <h2 id="findings-heading">Findings</h2>
        {(content.Findings.IsEmpty ? Html.Of($"<p>There is no finding: no analysis supports a sentence yet.</p>") : All(content, anchors))}
        </section>
        """);

    private static Html All(ReportContent content, ImmutableArray<SectionAnchor> anchors) => Html.Of($"""
        <ol class="findings">
        {content.Findings.Select(finding => One(finding, anchors.FirstOrDefault(anchor => anchor.Analysis == finding.Analysis)))}</ol>
        """);

    private static Html One(Finding finding, SectionAnchor? section)
    {
        var level = finding.Confidence.ToString();
        var source = section is null
            ? Html.Of($"<span>{finding.Analysis}</span>")
            : Html.Of($"<a href=\"#{section.Anchor}\">{section.Title}</a>");
        return Html.Of($"""
            <li class="finding">
            <p class="sentence">{finding.Sentence}</p>
            <p class="source"><span class="confidence {level.ToLowerInvariant()}">{level} confidence</span> {source}</p>
            {Evidence(finding.Evidence)}
            {Recommendation(finding.Recommendation)}
            </li>

            """);
    }

    private static Html Evidence(ImmutableArray<Evidence> evidence) => evidence.IsEmpty ? Html.Empty : Html.Of($"""
        <dl class="evidence">
        {evidence.Select(item => Html.Of($"<div><dt>{item.Name}</dt><dd>{NumberText.Of(item)}</dd></div>\n"))}</dl>
        """);

    private static Html Recommendation(string? recommendation) => recommendation is null
        ? Html.Empty
        : Html.Of($"<p class=\"recommendation\"><strong>What to do:</strong> {recommendation}</p>");
}
