using System.Collections.Immutable;
using TransferLens.Report.Content;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Pages;

/// <summary>Every finding with its evidence, under the analysis that states it.</summary>
internal static class FindingsPart
{
    private const int MostLinks = 4;

    public static Html Of(ReportContent content, PagePlaces places) =>
        content.Findings.IsEmpty
            ? Html.Empty
            : Html.Of(
                $"""
                <section id="findings" aria-labelledby="findings-heading">
                <h2 id="findings-heading">Findings and their evidence</h2>
                <p class="lead">An interval in brackets is what the evidence names it: the range over seeds or pairs, or the 95 % interval over test images.</p>
                {places.Findings.GroupBy(one => one.Finding.Analysis).Select(
                    (analysis, place) => Analysis(analysis, places.SectionOf(analysis.Key), place + 1)
                )}</section>
                """
            );

    /// <summary>How sure a finding is, in words and as dots.</summary>
    public static Html Level(Confidence confidence)
    {
        var level = confidence.ToString();
        return Html.Of($"<span class=\"confidence {level.ToLowerInvariant()}\">{level} confidence</span>");
    }

    /// <summary>What the headline has no room for.</summary>
    public static Html Detail(string? detail) =>
        detail is null ? Html.Empty : Html.Of($"<p class=\"detail\">{detail}</p>");

    /// <summary>What to do, where something follows. An answer's stands at the top of the page.</summary>
    public static Html Recommendation(string? recommendation) =>
        recommendation is null
            ? Html.Empty
            : Html.Of($"<p class=\"recommendation\"><strong>What to do:</strong> {recommendation}</p>");

    private static Html Analysis(
        IGrouping<string, (Finding Finding, string Id)> findings,
        SectionPlace? section,
        int number
    ) =>
        Html.Of(
            $"""
            <h3 id="findings-{number}">{section?.Section.Title ?? findings.Key}</h3>
            {Source(section)}
            <ul class="findings" aria-labelledby="findings-{number}">
            {findings.Select(one => One(one.Finding, one.Id))}</ul>

            """
        );

    private static Html Source(SectionPlace? section)
    {
        if (section is null)
        {
            return Html.Empty;
        }

        var parts =
            section.Parts.Count() <= MostLinks
                ? section.Parts
                : new[] { section.Figures, section.Tables }
                    .Where(kind => !kind.IsEmpty)
                    .Select(kind =>
                        kind.Length == 1
                            ? kind[0]
                            : new NumberedPart(
                                $"{kind[0].Label.Replace(" ", "s ", StringComparison.Ordinal)} {(kind.Length == 2 ? "and" : "to")} {kind[^1].Label.Split(' ')[1]}",
                                kind[0].Id
                            )
                    );
        var links = parts
            .Prepend(new("How it was computed", $"{section.Anchor}-method"))
            .Select(part => Html.Of($" <a href=\"#{part.Id}\">{part.Label}</a>"));
        return Html.Of($"<p class=\"trace\">The numbers come from:{links}</p>");
    }

    private static Html One(Finding finding, string id) =>
        Html.Of(
            $"""
            <li class="finding" id="{id}">
            <p class="source">{(
                finding.Question is null ? Html.Empty : Html.Of($"<span class=\"question\">{finding.Question}</span>")
            )}{Level(finding.Confidence)}</p>
            <p class="sentence">{finding.Sentence}</p>
            {Detail(finding.Detail)}
            {Evidence(finding.Evidence)}
            {(finding.Question is null ? Recommendation(finding.Recommendation) : Html.Empty)}
            </li>

            """
        );

    private static Html Evidence(ImmutableArray<Evidence> evidence) =>
        evidence.IsEmpty
            ? Html.Empty
            : Html.Of(
                $"""
                <dl class="evidence">
                {evidence.Select(item =>
                    Html.Of($"<div><dt>{item.Name}</dt><dd>{NumberText.Of(item)}</dd></div>\n")
                )}</dl>
                """
            );
}
