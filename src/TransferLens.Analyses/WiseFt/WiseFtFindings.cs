using System.Collections.Immutable;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using Words = TransferLens.Analyses.WiseFt.WiseFtWords.Answer;

namespace TransferLens.Analyses.WiseFt;

/// <summary>
/// Decides what the lines from P support: what fine-tuning forgot, and what can be recovered without a loss.
/// </summary>
internal static class WiseFtFindings
{
    private const string Analysis = "wise_ft";

    /// <summary>For each group: what was forgotten, where the source was measured, and what an alpha recovers.
    /// </summary>
    public static ImmutableArray<Finding> Find(ImmutableArray<GroupWiseFt> groups) =>
        [
            .. groups
                .Where(group => group.Choice is not null)
                .SelectMany(group => Finding.On(group.Target, Find(group, group.Choice!))),
        ];

    private static IEnumerable<Finding> Find(GroupWiseFt group, WiseFtChoice choice)
    {
        if (!group.Learned || group.SourceLearned == false)
        {
            yield return new(Analysis, Words.NoVerdict(group), Confidence.Low, [.. Evidence(group, choice)])
            {
                Question = Question.Forgetting,
                Answer = Words.NotJudged,
            };
            yield break;
        }

        if (group.Forgotten is { } forgotten)
        {
            yield return Forgot(group, forgotten);
        }

        yield return Regain(group, choice);
    }

    private static Finding Forgot(GroupWiseFt group, Effect forgotten)
    {
        var (metric, last) = (group.SourceMetric, group.Alphas.Length - 1);
        return new(
            Analysis,
            Words.Forgotten(group, forgotten),
            forgotten.Decide(group.Margin),
            [
                forgotten.Evidence(Words.ForgottenName(group.Group.Label), metric.DifferenceUnit),
                group.SourceScore(0).Evidence(Words.SourceOfPretrained(metric), metric.ScoreKey),
                group
                    .SourceScore(last)
                    .Evidence(
                        Words.SourceOfFineTuned(metric, group.Group.Label, group.IsRecalibrated),
                        metric.ScoreKey
                    ),
            ]
        )
        {
            Detail = Words.ForgottenDetail(group, forgotten),
            Question = Question.Forgetting,
            Answer = Words.ForgottenAnswer(forgotten),
        };
    }

    private static Finding Regain(GroupWiseFt group, WiseFtChoice choice)
    {
        var text = (choice.IsBelowOne, group.IsConfirmed, group.Regained) switch
        {
            (false, _, _) => Words.NonePasses(group, choice),
            (_, false, _) => Words.NotConfirmed(group),
            (_, _, { IsPositive: true } regained) => Words.Regained(group, regained),
            (_, _, { } open) => Words.NothingRegained(group, open),
            _ => Words.NoWorse(group),
        };
        return new(Analysis, text.Headline, Decide(group, choice), [.. Evidence(group, choice)], text.Action)
        {
            Detail = text.Detail,
            Question = Question.Forgetting,
            Answer = text.Answer,
        };
    }

    // What is regained and that it costs nothing are stated together, so the less certain one decides.
    private static Decision Decide(GroupWiseFt group, WiseFtChoice choice)
    {
        Effect[] tested = group.OnValidation && choice.IsBelowOne ? [group.Cost!] : [.. choice.Tested];
        var noWorse = tested.DecideNoWorse(group.Margin) with { ChosenOnTestImages = !group.OnValidation };
        return group.IsConfirmed && group.Regained is { IsPositive: true } regained
            ? noWorse with
            {
                P = Math.Max(noWorse.P, regained.P),
                CoversSeeds = noWorse.CoversSeeds && regained.CoversSeeds,
            }
            : noWorse;
    }

    private static IEnumerable<Evidence> Evidence(GroupWiseFt group, WiseFtChoice choice)
    {
        var (metric, label, at) = (group.Metric, group.Group.Label, choice.Index);
        // Where nothing passed, the alpha that was tested first is shown.
        var shown = choice.IsBelowOne ? at : at - 1;
        var change = group.Changes[shown].Evidence(Words.ChangeAt(group.Alphas[shown], label), metric.DifferenceUnit);
        var regained = group.HasSource
            ? group
                .Regains(shown)
                .Evidence(Words.RegainedAt(group.Alphas[shown], label), group.SourceMetric.DifferenceUnit)
            : null;
        // The answer rests on what is regained once an alpha has passed, and before on what it costs.
        var passed = choice.IsBelowOne && group.IsConfirmed && regained is not null;
        yield return passed ? regained! : change;
        yield return group.FineTunedScore.Evidence(Words.TargetOfFineTuned(metric, label), metric.ScoreKey);
        yield return group
            .TargetScore(shown)
            .Evidence(Words.TargetAt(metric, group.Alphas[shown], group.IsRecalibrated), metric.ScoreKey);
        if (passed)
        {
            yield return change;
        }

        if (!group.HasSource)
        {
            yield break;
        }

        yield return group
            .SourceScore(shown)
            .Evidence(Words.SourceAt(group.SourceMetric, group.Alphas[shown]), group.SourceMetric.ScoreKey);
        if (!passed)
        {
            yield return regained!;
        }
    }
}
