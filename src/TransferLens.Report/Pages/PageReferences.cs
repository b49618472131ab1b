using System.Collections.Immutable;
using TransferLens.Report.Content;
using TransferLens.Report.Files;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;

namespace TransferLens.Report.Pages;

/// <summary>A figure or table of the page.</summary>
/// <param name="Label">Its name, for example <c>Table 3</c>.</param>
/// <param name="Id">Its id, the target of links.</param>
internal sealed record NumberedPart(string Label, string Id);

/// <summary>The section of an analysis with the numbers of its figures and tables.</summary>
internal sealed record NumberedSection(
    AnalysisSection Section,
    string Anchor,
    ImmutableArray<NumberedPart> Figures,
    ImmutableArray<NumberedPart> Tables
)
{
    /// <summary>Figures, then tables.</summary>
    public IEnumerable<NumberedPart> Parts => Figures.Concat(Tables);
}

/// <summary>Ids and numbers of everything that other parts of the page refer to.</summary>
internal sealed record PageReferences(
    ImmutableArray<NumberedSection> Sections,
    ImmutableArray<(Finding Finding, string Id)> Findings
)
{
    /// <summary>The number of the table of runs, the first one.</summary>
    public const int RunsTable = 1;

    /// <summary>The number of the table of labels, if the report has one.</summary>
    public const int LabelsTable = 2;

    /// <summary>
    /// Numbers figures and tables through the page. Findings are ordered by analysis, answers before explanations.
    /// </summary>
    public static PageReferences Create(ReportContent content, IReadOnlyDictionary<Figure, string> figureNames)
    {
        var names = new FileNames();
        var (figure, table) = (0, content.Labels is null ? RunsTable : LabelsTable);
        ImmutableArray<NumberedSection> sections = [.. content.Sections.Select(Number)];
        var order = content.Sections.Select(section => section.Name).ToList();
        var findings = content
            .Findings.OrderBy(finding => order.IndexOf(finding.Analysis) is >= 0 and var index ? index : order.Count)
            .ThenBy(finding => finding.Question is null)
            .Select((finding, index) => (finding, $"finding-{index + 1}"));
        return new(sections, [.. findings]);

        NumberedSection Number(AnalysisSection section)
        {
            var anchor = $"analysis-{names.Unique(section.Name)}";
            var figures = section.Figures.Select(one => new NumberedPart(
                $"Figure {++figure}",
                $"figure-{figureNames[one]}"
            ));
            var tables = section.Tables.Select(
                (_, index) => new NumberedPart($"Table {++table}", $"{anchor}-table-{index + 1}")
            );
            return new(section, anchor, [.. figures], [.. tables]);
        }
    }

    /// <summary>The id of a finding.</summary>
    public string IdOf(Finding finding) => Findings.First(one => ReferenceEquals(one.Finding, finding)).Id;

    /// <summary>The section of an analysis; null if the page has none.</summary>
    public NumberedSection? SectionOf(string analysis) =>
        Sections.FirstOrDefault(numbered => numbered.Section.Name == analysis);
}
