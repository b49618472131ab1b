using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Pages;

/// <summary>One analysis: its figures, its tables, and how it was computed.</summary>
internal static class AnalysisPart
{
    public static Html Of(SectionPlace place, IReadOnlyDictionary<Figure, string> figureNames) =>
        Html.Of(
            $"""
            <section id="{place.Anchor}" aria-labelledby="{place.Anchor}-heading">
            <h2 id="{place.Anchor}-heading">{place.Section.Title}</h2>
            {place.Section.Figures.Zip(place.Figures, (figure, part) =>
                FigurePart.Of(figure, figureNames[figure], part.Label)
            )}{place.Section.Tables.Zip(place.Tables, (table, part) =>
                TablePart.Of(table, part.Id, part.Label)
            )}{Method(place.Section.Method, $"{place.Anchor}-method")}
            </section>

            """
        );

    private static Html Method(Method method, string id) =>
        Html.Of(
            $"""
        <div class="method" id="{id}">
        <h3>How it was computed</h3>
        <dl>
        <div><dt>Definition</dt><dd>{method.Definition}</dd></div>
        <div><dt>Settings</dt><dd>{method.Settings}</dd></div>
        <div><dt>Source</dt><dd>{method.Source}</dd></div>
        </dl>
        {(method.Caveats.IsEmpty ? Html.Empty : Html.Of($"""
        <h3>What the numbers do not say</h3>
        <ul>
        {method.Caveats.Select(caveat => Html.Of($"<li>{caveat}</li>\n"))}</ul>
        """))}
        </div>
        """
        );
}
