using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>What <see cref="FrozenCheck"/> supports: whether resettable modules can be frozen.</summary>
internal static class FrozenFindings
{
    /// <summary>The result of training with the resettable modules frozen; null when nothing was trained.</summary>
    public static Finding? Of(FrozenCheck check)
    {
        if (check.Modules.IsEmpty)
        {
            return null;
        }

        var (modules, which) = (string.Join(", ", check.Modules), CriticalityWords.Which(check.Group));
        if (check.AboveUnfrozen is not { } above || check.LostTogether is not { } together)
        {
            var unknown = CriticalityWords.FrozenRunsDiverged(which, modules, check.Group.LearningRate);
            return new(
                "module_criticality",
                unknown.Headline,
                Confidence.High,
                [new("diverged runs", check.Runs.Length, null, null, "")],
                unknown.Action
            )
            {
                Question = Question.Freezing,
            };
        }

        var metric = check.Group.Metric;
        var saved = 1 - check.CostShare;
        var text = CriticalityWords.Frozen(which, check.Modules, metric, above, check.Outcome.Score!.Mean, saved);
        return new(
            "module_criticality",
            text.Headline,
            RangeConfidence.Of(check.Sound.Length, above.IsNegative || above.IsPositive),
            [
                check.Outcome.Estimate!.Evidence($"test {metric.Name} with {modules} frozen", metric.ScoreKey),
                above.Evidence(
                    "frozen minus whole network, the wider of the seeds' range and the 95 % bootstrap interval",
                    metric.DifferenceUnit
                ),
                .. check.Modules.Length == 1
                    ? Array.Empty<Evidence>()
                    :
                    [
                        together.Evidence(
                            $"{metric.Name} lost by rewinding all of them together after training",
                            metric.DifferenceUnit
                        ),
                    ],
                new("training cost saved, in multiply-accumulates", 100 * saved, null, null, "%"),
            ],
            Action(check, above, saved)
        )
        {
            Detail = text.Detail,
            Question = Question.Freezing,
        };
    }

    private static string Action(FrozenCheck check, Estimate above, double saved) =>
        (above.IsNegative, above.IsPositive, 100 * saved < 1) switch
        {
            (true, _, _) => CriticalityWords.DoNotFreeze(check.Modules.Length, check.Group.Metric, -above.Value, saved),
            (_, true, _) => CriticalityWords.FreezeInRun(check.Modules, check.Group.Run),
            (_, _, true) => CriticalityWords.FreezingSavesNothing(check.Modules),
            _ => CriticalityWords.FreezeToSave(check.Modules, saved),
        };
}
