using TransferLens.Report.Content;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Pages;

/// <summary>The whole page: what to do, what was found, then how.</summary>
internal static class ReportPage
{
    public static string Of(ReportContent content, IReadOnlyDictionary<Figure, string> figureNames)
    {
        var places = PagePlaces.Of(content, figureNames);
        return PageFrame.Of(
            content.Study,
            Html.Of(
                $"""
                <div class="page">
                <header>
                <p class="product">TransferLens report</p>
                <h1>{content.Study}</h1>
                <p class="subtitle">{content.Subtitle}</p>
                </header>
                {Contents(content, places)}
                <main id="content" tabindex="-1">
                {AnswersPart.Of(content, places)}
                {FindingsPart.Of(content, places)}
                {RunsPart.Of(content)}
                {places.Sections.Select(place => AnalysisPart.Of(place, figureNames))}
                {ProvenancePart.Of(content.Provenance)}
                </main>
                </div>
                """
            )
        );
    }

    private static Html Contents(ReportContent content, PagePlaces places) =>
        Html.Of(
            $"""
            <nav aria-label="On this page">
            <ul>
            <li><a href="#short">In short</a></li>
            {(
                content.Findings.IsEmpty
                    ? Html.Empty
                    : Html.Of($"<li><a href=\"#findings\">Findings and their evidence</a></li>")
            )}
            <li><a href="#runs">The study and its trainings</a></li>
            {places.Sections.Select(place =>
                Html.Of($"<li><a href=\"#{place.Anchor}\">{place.Section.Title}</a></li>\n")
            )}<li><a href="#provenance">Provenance</a></li>
            </ul>
            </nav>
            """
        );
}
