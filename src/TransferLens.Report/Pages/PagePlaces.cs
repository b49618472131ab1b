using System.Collections.Immutable;
using TransferLens.Report.Content;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;

namespace TransferLens.Report.Pages;

/// <summary>A figure or table of the page: what it is called, for example <c>Table 3</c>, and the id that a link to it names.</summary>
internal sealed record NumberedPart(string Label, string Id);

/// <summary>Where the section of an analysis is, and what its figures and tables are called.</summary>
internal sealed record SectionPlace(
    AnalysisSection Section,
    string Anchor,
    ImmutableArray<NumberedPart> Figures,
    ImmutableArray<NumberedPart> Tables
)
{
    /// <summary>Figures, then tables.</summary>
    public IEnumerable<NumberedPart> Parts => Figures.Concat(Tables);
}

/// <summary>Ids and numbers of everything that another part of the page points at.</summary>
internal sealed record PagePlaces(
    ImmutableArray<SectionPlace> Sections,
    ImmutableArray<(Finding Finding, string Id)> Findings
)
{
    /// <summary>The table of trainings comes before all others.</summary>
    public const int RunsTable = 1;

    /// <summary>The table of labels, where there is one, comes right behind it.</summary>
    public const int LabelsTable = 2;

    /// <summary>Numbers figures and tables through the page; findings stand under their analysis, answers before explanations.</summary>
    public static PagePlaces Of(ReportContent content, IReadOnlyDictionary<Figure, string> figureNames)
    {
        var names = new FileNames();
        var (figure, table) = (0, content.Labels is null ? RunsTable : LabelsTable);
        ImmutableArray<SectionPlace> sections =
        [
            .. content.Sections.Select(section =>
            {
                var anchor = $"analysis-{names.New(section.Name)}";
                return new SectionPlace(
                    section,
                    anchor,
                    [
                        .. section.Figures.Select(one => new NumberedPart(
                            $"Figure {++figure}",
                            $"figure-{figureNames[one]}"
                        )),
                    ],
                    [
                        .. section.Tables.Select(
                            (_, place) => new NumberedPart($"Table {++table}", $"{anchor}-table-{place + 1}")
                        ),
                    ]
                );
            }),
        ];
        var order = content.Sections.Select(section => section.Name).ToList();
        var findings = content
            .Findings.OrderBy(finding => order.IndexOf(finding.Analysis) is >= 0 and var place ? place : order.Count)
            .ThenBy(finding => finding.Question is null)
            .Select((finding, place) => (finding, $"finding-{place + 1}"));
        return new(sections, [.. findings]);
    }

    /// <summary>The id of a finding.</summary>
    public string IdOf(Finding finding) => Findings.First(one => ReferenceEquals(one.Finding, finding)).Id;

    /// <summary>Where the numbers of an analysis are shown; null when the page has no section of it.</summary>
    public SectionPlace? SectionOf(string analysis) => Sections.FirstOrDefault(place => place.Section.Name == analysis);
}
