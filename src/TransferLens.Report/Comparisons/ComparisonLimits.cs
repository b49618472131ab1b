using System.Collections.Immutable;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;

namespace TransferLens.Report.Comparisons;

/// <summary>Explains what cannot be compared between studies.</summary>
internal static class ComparisonLimits
{
    private const string DifferentPretraining =
        "P is not the same in all studies: gains may differ because of the pretraining, other settings, or both.";

    /// <summary>One or two sentences per limit.</summary>
    public static ImmutableArray<string> Create(ImmutableArray<ComparedStudy> studies)
    {
        var scores = Metric.Plurals(studies.SelectMany(study => study.Targets).Select(target => target.Metric));
        var differentNetworks =
            $"The networks differ, and {scores} differ for that reason alone. "
            + "Gains and barriers show how pretraining acts in each network.";
        return
        [
            .. TestSets(studies, scores),
            .. IfDifferent(studies, "network", differentNetworks),
            .. IfDifferent(studies, "P", DifferentPretraining),
            .. SingleSeeds(studies),
            .. Unanswered(studies),
        ];
    }

    private static IEnumerable<string> TestSets(ImmutableArray<ComparedStudy> studies, string scores)
    {
        var targets = studies
            .SelectMany(study => study.Targets.Select(target => (Study: study.Name, Target: target)))
            .GroupBy(one => one.Target.Target)
            .ToList();
        foreach (var target in targets.Where(target => target.Count() > 1))
        {
            var names = Join(target.Select(one => one.Study));
            if (target.Any(one => one.Target.TestDigest is null))
            {
                yield return $"It is not recorded whether the test images of {target.Key} are the same in {names}. "
                    + $"Compare {scores} only if you know that they are.";
            }
            else if (target.Select(one => one.Target.TestDigest).Distinct().Count() > 1)
            {
                yield return $"The test images of {target.Key} are not the same in {names}: "
                    + $"compare the gains within each study, not {scores} across studies.";
            }
        }

        if (targets.Count > 1)
        {
            yield return $"{Capitalize(scores)} on different targets are measured on different test images: "
                + $"compare the gains within each target, not {scores} across targets.";
        }
    }

    private static IEnumerable<string> IfDifferent(
        ImmutableArray<ComparedStudy> studies,
        string setting,
        string sentence
    )
    {
        var values = studies.Select(study => study.Settings.FirstOrDefault(one => one.Key == setting).Value);
        return values.Distinct().Count() > 1 ? [sentence] : [];
    }

    private static IEnumerable<string> SingleSeeds(ImmutableArray<ComparedStudy> studies)
    {
        var names = studies
            .Where(study => study.Targets.Any(target => target.Pretrained?.Count == 1 || target.Random?.Count == 1))
            .Select(study => study.Name)
            .ToList();
        return names.Count == 0
            ? []
            :
            [
                $"Some scores of {Join(names)} come from a single run: "
                    + "their intervals cover test images but not seeds.",
            ];
    }

    private static IEnumerable<string> Unanswered(ImmutableArray<ComparedStudy> studies) =>
        from question in Question.All
        let silent = studies
            .Where(study => study.Findings.All(finding => finding.Question != question))
            .Select(study => study.Name)
            .ToList()
        where silent.Count > 0 && silent.Count < studies.Length
        select $"\"{question}\" is not answered by {Join(silent)}.";

    private static string Capitalize(string words) => char.ToUpperInvariant(words[0]) + words[1..];

    private static string Join(IEnumerable<string> names)
    {
        var all = names.Distinct().ToList();
        return all.Count < 2 ? string.Concat(all) : $"{string.Join(", ", all[..^1])} and {all[^1]}";
    }
}
