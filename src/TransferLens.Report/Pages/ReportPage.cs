using System.Collections.Immutable;
using TransferLens.Report;

namespace TransferLens.Pages;

/// <summary>The whole page: what was asked, what was found, then how.</summary>
internal static class ReportPage
{
    public static string Of(ReportContent content, IReadOnlyDictionary<Figures.Figure, string> figureNames)
    {
        var anchors = Anchors(content);
        var page = Html.Of($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{content.Study} – TransferLens</title>
            <style>
            {Style()}</style>
            </head>
            <body>
            <a class="skip" href="#content">Skip to the findings</a>
            <header>
            <p class="product">TransferLens report</p>
            <h1>{content.Study}</h1>
            <p class="subtitle">{content.Subtitle}</p>
            {Setup(content)}
            {Contents(content, anchors)}
            </header>
            <main id="content" tabindex="-1">
            {FindingsPart.Of(content, anchors)}
            {RunsPart.Of(content.Runs)}
            {content.Sections.Select((section, place) => AnalysisPart.Of(section, anchors[place].Anchor, figureNames))}
            {ProvenancePart.Of(content.Provenance)}
            </main>
            </body>
            </html>

            """);
        return page.Markup.ReplaceLineEndings("\n");
    }

    private static ImmutableArray<SectionAnchor> Anchors(ReportContent content)
    {
        var names = new FileNames();
        return [.. content.Sections.Select(section => new SectionAnchor(section.Name, section.Title, $"analysis-{names.New(section.Name)}"))];
    }

    private static Html Setup(ReportContent content) => content.Setup.IsEmpty ? Html.Empty : Html.Of($"""
        <dl class="setup">
        {content.Setup.Select(entry => Html.Of($"<div><dt>{entry.Key}</dt><dd>{entry.Value}</dd></div>\n"))}</dl>
        """);

    private static Html Contents(ReportContent content, ImmutableArray<SectionAnchor> anchors) => Html.Of($"""
        <nav aria-label="On this page">
        <ul>
        <li><a href="#findings">Findings</a></li>
        <li><a href="#runs">Runs</a></li>
        {anchors.Select(anchor => Html.Of($"<li><a href=\"#{anchor.Anchor}\">{anchor.Title}</a></li>\n"))}<li><a href="#provenance">Provenance</a></li>
        </ul>
        </nav>
        """);

    private static Html Style()
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream("report.css")
            ?? throw new InvalidOperationException("The style sheet is missing from the assembly.");
        using var reader = new StreamReader(stream);
        return new Html(reader.ReadToEnd());
    }
}

/// <summary>Where the section of an analysis is.</summary>
internal sealed record SectionAnchor(string Analysis, string Title, string Anchor);
