using TransferLens.Figures;
using TransferLens.Findings;

namespace TransferLens.Pages;

/// <summary>One analysis: its figures, its tables, and how it was computed.</summary>
internal static class AnalysisPart
{
    public static Html Of(AnalysisSection section, string anchor, IReadOnlyDictionary<Figure, string> figureNames) => Html.Of($"""
        <section id="{anchor}" aria-labelledby="{anchor}-heading">
        <h2 id="{anchor}-heading">{section.Title}</h2>
        {section.Figures.Select(figure => FigurePart.Of(figure, figureNames[figure]))}{section.Tables.Select((table, place) => TablePart.Of(table, $"{anchor}-table-{place + 1}"))}{Method(section.Method)}
        </section>

        """);

    private static Html Method(Method method) => Html.Of($"""
        <div class="method">
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
        """);
}
