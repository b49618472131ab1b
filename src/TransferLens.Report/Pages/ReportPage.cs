using TransferLens.Report.Content;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Pages;

/// <summary>
/// The page of a report: answers and recommendations fill the first screen, and below open findings and analyses.
/// </summary>
internal static class ReportPage
{
    public static string Render(ReportContent content, IReadOnlyDictionary<Figure, string> figureNames)
    {
        var references = PageReferences.Create(content, figureNames);
        var body = Html.Format(
            $"""
            <div class="page">
            <header>
            <p class="product">TransferLens report</p>
            <h1>{content.Study}</h1>
            <p class="subtitle">{content.Subtitle}</p>
            </header>
            <main id="content" tabindex="-1">
            {AnswersPart.Render(content, references)}
            <div class="columns">
            {Navigation(content, references)}
            <div>
            {FindingsPart.Render(content, references)}
            {RunsPart.Render(content)}
            {ModelsPart.Render(content.Models)}
            {references.Sections.Select(section => AnalysisPart.Render(section, figureNames))}
            {ProvenancePart.Render(content.Provenance)}
            </div>
            </div>
            </main>
            </div>
            """
        );
        return PageFrame.Render(content.Study, body);
    }

    private static Html Navigation(ReportContent content, PageReferences references)
    {
        var models = content.Models.IsEmpty ? Html.Empty : Link(ModelsPart.Id, ModelsPart.Title);
        var findings = content.Findings.IsEmpty ? Html.Empty : Link("findings", "Findings and their evidence");
        return Html.Format(
            $"""
            <nav aria-label="On this page">
            <ul>
            {Link("short", "In short")}{findings}{Link("runs", "The study and its runs")}{models}
            {references.Sections.Select(section => Link(section.Anchor, section.Section.Title))}
            {Link("provenance", "Provenance")}
            </ul>
            </nav>
            """
        );
    }

    private static Html Link(string id, string text) => Html.Format($"<li><a href=\"#{id}\">{text}</a></li>\n");
}
