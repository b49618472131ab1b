using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;

namespace TransferLens.Report.Pages;

/// <summary>One analysis: its figures, its tables and its method.</summary>
internal static class AnalysisPart
{
    public static Html Render(NumberedSection numbered, IReadOnlyDictionary<Figure, string> figureNames)
    {
        var (section, anchor) = (numbered.Section, numbered.Anchor);
        var shown = new HashSet<Finding>(ReferenceEqualityComparer.Instance);
        var figures = section
            .Figures.Zip(numbered.Figures, (figure, part) =>
                FigurePart.Render(figure, figureNames[figure], part.Label, Statement(section, figure, shown))
            )
            .ToList();
        var tables = section.Tables.Zip(numbered.Tables, (table, part) => TablePart.Render(table, part.Id, part.Label));
        return FoldedPart.Render(
            anchor,
            section.Title,
            Html.Format($"{figures}{tables}{Method(section.Method, $"{anchor}-method")}")
        );
    }

    // What a target's first figure shows is the target's first finding.
    private static string Statement(AnalysisSection section, Figure figure, HashSet<Finding> shown)
    {
        var finding = section.Findings.FirstOrDefault(finding =>
            finding.Target is { } target && figure.Name.EndsWith($"-{target}", StringComparison.Ordinal)
        );
        return finding is not null && shown.Add(finding) ? finding.Sentence : "";
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
