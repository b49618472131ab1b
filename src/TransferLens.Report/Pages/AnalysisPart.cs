using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Pages;

/// <summary>One analysis: its figures, its tables and its method.</summary>
internal static class AnalysisPart
{
    public static Html Render(NumberedSection numbered, IReadOnlyDictionary<Figure, string> figureNames)
    {
        var (section, anchor) = (numbered.Section, numbered.Anchor);
        var figures = section.Figures.Zip(numbered.Figures, (figure, part) =>
            FigurePart.Render(figure, figureNames[figure], part.Label)
        );
        var tables = section.Tables.Zip(numbered.Tables, (table, part) => TablePart.Render(table, part.Id, part.Label));
        return FoldedPart.Render(
            anchor,
            section.Title,
            Html.Format($"{figures}{tables}{Method(section.Method, $"{anchor}-method")}")
        );
    }

    private static Html Method(Method method, string id) =>
        Html.Format(
            $"""
            <div class="method" id="{id}">
            <h3>How it was computed</h3>
            <dl>
            <div><dt>Definition</dt><dd>{method.Definition}</dd></div>
            <div><dt>Settings</dt><dd>{method.Settings}</dd></div>
            <div><dt>Source</dt><dd>{method.Source}</dd></div>
            </dl>
            {Caveats(method)}
            </div>
            """
        );

    private static Html Caveats(Method method) =>
        method.Caveats.IsEmpty
            ? Html.Empty
            : Html.Format(
                $"""
                <h3>Caveats</h3>
                <ul>
                {method.Caveats.Select(caveat => Html.Format($"<li>{caveat}</li>\n"))}</ul>
                """
            );
}
