using System.Collections.Immutable;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Report.Comparisons;

/// <summary>Words for what stands side by side and yet cannot be compared.</summary>
internal static class ComparisonLimits
{
    /// <summary>One sentence each.</summary>
    public static ImmutableArray<string> Of(ImmutableArray<ComparedStudy> studies) =>
        [
            .. TestSets(studies),
            .. Setting(
                studies,
                "network",
                $"The networks differ, so {Scores(studies)} differ for that reason alone; gains and barriers say how pretraining acts in each."
            ),
            .. Setting(
                studies,
                "P",
                "P is not the same in all studies: a difference between their gains may be due to the pretraining, to whatever else differs, or to both."
            ),
            .. Seeds(studies),
            .. Missing(studies),
        ];

    private static IEnumerable<string> TestSets(ImmutableArray<ComparedStudy> studies)
    {
        var targets = studies
            .SelectMany(study => study.Targets.Select(target => (Study: study.Name, Target: target)))
            .ToList();
        foreach (var same in targets.GroupBy(one => one.Target.Target).Where(same => same.Count() > 1))
        {
            if (same.Any(one => one.Target.TestDigest is null))
            {
                yield return $"Whether the test images of {same.Key} are the same in {Listed(same.Select(one => one.Study))} is not recorded; compare {Scores(studies)} only if you know it.";
            }
            else if (same.Select(one => one.Target.TestDigest).Distinct().Count() > 1)
            {
                yield return $"The test images of {same.Key} are not the same in {Listed(same.Select(one => one.Study))}: compare the gains within each study, not {Scores(studies)} across them.";
            }
        }

        if (targets.Select(one => one.Target.Target).Distinct().Count() > 1)
        {
            yield return $"{Capital(Scores(studies))} on different targets are of different test images: compare the gains within each, not {Scores(studies)} across them.";
        }
    }

    private static string Scores(ImmutableArray<ComparedStudy> studies) =>
        Metric.Plurals(studies.SelectMany(study => study.Targets).Select(target => target.Metric));

    private static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];

    private static IEnumerable<string> Setting(ImmutableArray<ComparedStudy> studies, string name, string sentence) =>
        studies.Select(study => study.Settings.FirstOrDefault(setting => setting.Key == name).Value).Distinct().Count()
        > 1
            ? [sentence]
            : [];

    private static IEnumerable<string> Seeds(ImmutableArray<ComparedStudy> studies)
    {
        var single = studies
            .Where(study => study.Targets.Any(target => target.Pretrained?.Count == 1 || target.Random?.Count == 1))
            .Select(study => study.Name)
            .ToList();
        return single.Count == 0
            ? []
            :
            [
                $"{Listed(single)} {(single.Count == 1 ? "has" : "have")} a start with one training only: its interval is that over test images, and how seeds differ is not in it.",
            ];
    }

    private static IEnumerable<string> Missing(ImmutableArray<ComparedStudy> studies) =>
        from question in Question.All
        let silent = studies
            .Where(study => study.Findings.All(finding => finding.Question != question))
            .Select(study => study.Name)
            .ToList()
        where silent.Count > 0 && silent.Count < studies.Length
        select $"\"{question}\" is not answered by {Listed(silent)}.";

    private static string Listed(IEnumerable<string> names)
    {
        var all = names.Distinct().ToList();
        return all.Count < 2 ? string.Join("", all) : $"{string.Join(", ", all[..^1])} and {all[^1]}";
    }
}
