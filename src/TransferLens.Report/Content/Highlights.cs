using System.Collections.Immutable;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;

namespace TransferLens.Report.Content;

/// <summary>The small figures of a study, in the order of the questions that their analyses answer.</summary>
internal static class Highlights
{
    /// <summary>The small figures with the analysis of each; of several targets, those of the first.</summary>
    /// <param name="sections">The sections of the report.</param>
    /// <param name="findings">The findings of the study.</param>
    public static ImmutableArray<(AnalysisSection Section, Highlight Highlight)> ChooseFrom(
        ImmutableArray<AnalysisSection> sections,
        ImmutableArray<Finding> findings
    )
    {
        var all = sections
            .SelectMany(section => section.Highlights.Select(one => (Section: section, Highlight: one)))
            .ToList();
        var target = all.Select(one => one.Highlight.Target).FirstOrDefault(name => name is not null);
        return
        [
            .. all.Where(one => one.Highlight.Target is null || one.Highlight.Target == target)
                .OrderBy(one => Rank(findings, one.Section.Name)),
        ];
    }

    /// <summary>Whether several targets have small figures.</summary>
    /// <param name="sections">The sections of the report.</param>
    public static bool HaveSeveralTargets(ImmutableArray<AnalysisSection> sections) =>
        sections.SelectMany(section => section.Highlights).Select(one => one.Target).OfType<string>().Distinct().Count()
        > 1;

    private static int Rank(ImmutableArray<Finding> findings, string analysis) =>
        findings
            .Where(finding => finding.Analysis == analysis && finding.Question is not null)
            .Select(finding => TargetAnswers.Rank(finding.Question!))
            .DefaultIfEmpty(int.MaxValue)
            .Min();
}
