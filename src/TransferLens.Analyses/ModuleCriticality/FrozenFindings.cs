using System.Collections.Immutable;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>What <see cref="FrozenCheck"/> supports: whether the candidates can be frozen.</summary>
internal static class FrozenFindings
{
    /// <summary>The result of training with the candidates frozen; null when nothing was trained.</summary>
    /// <param name="check">The check.</param>
    /// <param name="margin">The loss that freezing may cost, in the unit of the score.</param>
    public static Finding? Of(FrozenCheck check, double margin)
    {
        if (check.Modules.IsEmpty)
        {
            return null;
        }

        return check.AboveUnfrozen is { } above ? Judge(check, above, margin) : Diverged(check);
    }

    private static Finding Diverged(FrozenCheck check)
    {
        var which = CriticalityWords.Which(check.Group);
        var unknown = FrozenWords.Diverged(which, check.Modules, check.Group.LearningRate);
        return new(
            CriticalityFindings.Analysis,
            unknown.Headline,
            Confidence.High,
            [new("diverged runs", check.Runs.Length, null, null, "")],
            unknown.Action
        )
        {
            Detail = unknown.Detail,
            Question = Question.Freezing,
            Answer = unknown.Answer,
        };
    }

    private static Finding Judge(FrozenCheck check, Effect above, double margin)
    {
        var text = FrozenWords.Create(check, above, margin, 1 - check.CostShare);
        var isDifferent = above.IsPositive || (above.IsNegative && !above.IsNoWorse(margin));
        var decision = isDifferent ? above.Decide(margin) : new[] { above }.DecideNoWorse(margin);
        return new(
            CriticalityFindings.Analysis,
            text.Headline,
            decision with
            {
                ChosenOnTestImages = check.IsChosenOnTestImages,
            },
            Evidence(check, above),
            text.Action
        )
        {
            Detail = text.Detail,
            Question = Question.Freezing,
            Answer = text.Answer,
        };
    }

    private static ImmutableArray<Evidence> Evidence(FrozenCheck check, Effect above)
    {
        var (metric, modules) = (check.Group.Metric, CriticalityWords.List(check.Modules));
        var saved = 1 - check.CostShare;
        return
        [
            above.Evidence("frozen minus whole network, paired by seed", metric.DifferenceUnit),
            check.Frozen!.Evidence($"test {metric.Name} with {modules} frozen", metric.ScoreKey),
            check.Unfrozen!.Evidence($"test {metric.Name} of the same seeds without", metric.ScoreKey),
            .. FrozenWords.SmallestMargin(above) is { } largest
                ? [new Evidence(FrozenWords.LargestLoss, largest, null, null, metric.DifferenceUnit)]
                : Array.Empty<Evidence>(),
            .. check.Modules.Length == 1
                ? Array.Empty<Evidence>()
                :
                [
                    check.LostTogether!.Evidence(
                        $"{metric.Name} lost by rewinding all of them together after training",
                        metric.DifferenceUnit
                    ),
                ],
            .. FrozenWords.SavesNothing(saved)
                ? Array.Empty<Evidence>()
                : [new("training cost saved, in multiply-accumulates", 100 * saved, null, null, "%")],
        ];
    }
}
