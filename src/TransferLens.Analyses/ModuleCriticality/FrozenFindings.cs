using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>Words for <see cref="FrozenCheck"/>: does what rewinding promises hold when it is trained so.</summary>
internal static class FrozenFindings
{
    /// <summary>What training with the spared modules frozen came to; null when nothing was trained.</summary>
    public static Finding? Of(FrozenCheck check)
    {
        if (check.Modules.IsEmpty)
        {
            return null;
        }

        var (modules, which) = (string.Join(", ", check.Modules), $"{check.Group.Label} on {check.Group.Target}");
        if (check.AboveUnfrozen is not { } above || check.LostTogether is not { } together)
        {
            return new(
                "module_criticality",
                $"Whether {modules} of {which} can be frozen cannot be said: every training with them frozen diverged.",
                Confidence.High,
                [new("diverged trainings", check.Trainings.Length, null, null, "")],
                $"Do not freeze {modules} at learning rate {check.Group.LearningRate}."
            )
            {
                Question = Question.Freezing,
            };
        }

        var metric = check.Group.Metric;
        var (count, saved) = (check.Modules.Length, 100 * (1 - check.CostShare));
        var all = count == 1 ? "that module" : $"those {count} modules";
        var ends = $"with {modules} frozen at P's values, {which} ends at {metric.Number(check.Outcome.Score!.Mean)}";
        var range = $"({metric.Signed(above.Low)} to {metric.Signed(above.High)})";
        var list = $"freeze: [{modules}]";
        var (sentence, advice) =
            above.IsNegative
                ? (
                    $"Checked by training: {ends}, {Points(metric, -above.Value)} below the trainings of the whole network {range}, though no loss was seen when {(count == 1 ? "it was" : "each was")} rewound alone; training costs {saved:0} % less.",
                    $"Do not freeze {all} in {which}: rewinding after training promised what training with {(count == 1 ? "it" : "them")} frozen does not hold. Where cost decides, it saves {saved:0} % for {Points(metric, -above.Value)}."
                )
            : above.IsPositive
                ? (
                    $"Checked by training: {ends}, {Points(metric, above.Value)} above the trainings of the whole network {range}, and training costs {saved:0} % less.",
                    $"Freeze {all} when training {check.Group.Run} ({list})."
                )
            : (
                $"Checked by training: {ends}, and no difference was seen to the trainings of the whole network ({metric.Signed(above.Value)} {metric.DifferenceWords}, {metric.Signed(above.Low)} to {metric.Signed(above.High)}); training costs {saved:0} % less.",
                saved < 1
                    ? $"{(count == 1 ? "It" : "They")} can be frozen ({list}), but that saves next to nothing: the modules after {(count == 1 ? "it" : "them")} still need their gradients."
                    : $"Freeze {all} ({list}) where {saved:0} % of the training cost is worth a loss of at most {Points(metric, -above.Low)} that may be hidden."
            );
        return new(
            "module_criticality",
            sentence,
            ConfidenceRule.Of(check.Sound.Length, above.IsNegative || above.IsPositive),
            [
                check.Outcome.Estimate!.Evidence($"test {metric.Name} with {modules} frozen", metric.ScoreKey),
                above.Evidence(
                    "frozen minus whole network, the wider of the seeds' range and the 95 % bootstrap interval",
                    metric.DifferenceUnit
                ),
                .. count == 1
                    ? Array.Empty<Evidence>()
                    :
                    [
                        together.Evidence(
                            $"{metric.Name} lost by rewinding all of them together after training",
                            metric.DifferenceUnit
                        ),
                    ],
                new("training cost saved, in multiply-accumulates", saved, null, null, "%"),
            ],
            advice
        )
        {
            Question = Question.Freezing,
        };
    }

    private static string Points(Metric metric, double difference) => metric.Difference(Math.Max(0, difference));
}
