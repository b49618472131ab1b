using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.WiseFt;

/// <summary>Builds this analysis's report texts from its numbers: findings, captions and method.</summary>
internal static class WiseFtWords
{
    public const string NoPretrainedRun =
        "analyses.wise_ft follows the line from P to runs that start from it, but the study has no such run. "
        + "Write init: pretrained in a run, or remove the analysis.";

    private static string Plain(double alpha) => alpha.ToString("0.####", CultureInfo.InvariantCulture);

    private static string Images(GroupWiseFt group) => group.OnValidation ? "validation images" : "test images";

    /// <summary>The findings.</summary>
    internal static class Answer
    {
        public static string NoVerdict(GroupWiseFt group) =>
            group.Learned
                ? $"No verdict on what {group.Group.Label} forgot: "
                    + $"P is not {group.SourceMetric.BeyondChance} on the source."
                : $"No verdict on the line from P to {group.Group.Label}: "
                    + $"not every run is {group.Metric.BeyondChance}.";

        public static string Forgotten(GroupWiseFt group, Effect forgotten)
        {
            var (metric, who) = (group.SourceMetric, $"{group.Group.Label} on {group.Target}");
            return forgotten switch
            {
                { IsPositive: true } => $"{who} forgot {metric.Difference(forgotten.Value)} on the source "
                    + $"({EffectWords.Interval(metric, forgotten.Interval())}).",
                { IsNegative: true } => $"{who} gained {metric.Difference(-forgotten.Value)} on the source "
                    + $"({EffectWords.Interval(metric, forgotten.Negated().Interval())}).",
                _ => $"No forgetting of the source detected for {who} ({Signed(metric, forgotten)}).",
            };
        }

        public const string NotJudged = "Not judged: not every model is better than chance";

        public static string ForgottenAnswer(Effect forgotten) =>
            forgotten switch
            {
                { IsPositive: true } => "It forgot part of the source",
                { IsNegative: true } => "Nothing: it gained on the source",
                _ => "No forgetting detected",
            };

        public static string ForgottenDetail(GroupWiseFt group, Effect forgotten)
        {
            var (metric, last) = (group.SourceMetric, group.Alphas.Length - 1);
            string?[] sentences =
            [
                $"P reaches {metric.Number(group.SourceScore(0).Value)} on the source, and the modules of "
                    + $"{group.Group.Label} reach {metric.Number(group.SourceScore(last).Value)} under the head of P.",
                forgotten.IsDetected ? null : EffectWords.WouldDecide(forgotten),
                EffectWords.LeavesOut(forgotten),
            ];
            return string.Join(' ', sentences.OfType<string>());
        }

        public static FindingText Regained(GroupWiseFt group, Effect regained)
        {
            var metric = group.SourceMetric;
            return new(
                $"Alpha {Plain(group.Alpha)} regains {metric.Difference(regained.Value)} on the source "
                    + $"({EffectWords.Interval(metric, regained.Interval())}), no worse on {group.Target}.",
                Detail(group),
                Use(group)
            )
            {
                Answer = $"Alpha {Plain(group.Alpha)} regains part of it, no worse on the target",
            };
        }

        public static FindingText NothingRegained(GroupWiseFt group, Effect regained) =>
            new(
                $"Alpha {Plain(group.Alpha)} is no worse on {group.Target}; no source gain detected "
                    + $"({Signed(group.SourceMetric, regained)}).",
                Detail(group),
                $"Keep {group.Group.Label}: no gain on the source was detected."
            )
            {
                Answer = $"No gain on the source detected at alpha {Plain(group.Alpha)}",
            };

        public static FindingText NoWorse(GroupWiseFt group) =>
            new(
                $"Alpha {Plain(group.Alpha)} is no worse than {group.Group.Label} on {group.Target} "
                    + $"({Signed(group.Metric, group.Cost!)}).",
                $"{Detail(group)} What it regains on the source was not measured: the study has no images of it.",
                "Measure the source with both models before you choose one."
            )
            {
                Answer = $"Alpha {Plain(group.Alpha)} is no worse; the source was not measured",
            };

        public static FindingText NotConfirmed(GroupWiseFt group)
        {
            var (metric, cost) = (group.Metric, group.Cost!);
            return new(
                $"Test images of {group.Target} do not confirm alpha {Plain(group.Alpha)}: "
                    + $"{Against(group, cost)} ({Interval(metric, cost)}).",
                "Validation images chose it; test images do not show it to be no worse. The margin is "
                    + $"{MarginWords.Margin(metric, group.Margin)}{EffectWords.Decides(cost, group.Margin)}.",
                $"Keep {group.Group.Label}, or add test images and run the study again."
            )
            {
                Answer = $"Alpha {Plain(group.Alpha)} was chosen, but is not confirmed",
            };
        }

        public static FindingText NonePasses(GroupWiseFt group, WiseFtChoice choice)
        {
            var (metric, tested) = (group.Metric, choice.AgainstFineTuned[^2]);
            var margin = MarginWords.Margin(metric, group.Margin) + MarginWords.Smallest(metric, choice.SmallestMargin);
            return new(
                $"No alpha below 1 passes on {group.Target}: {Against(group, tested)} "
                    + $"at {Plain(group.Alphas[^2])} ({Interval(metric, tested)}).",
                $"An alpha passes when it is shown to be no worse than {group.Group.Label}. The margin is {margin}. "
                    + $"The difference is on {Images(group)}{EffectWords.Decides(tested, group.Margin)}.",
                $"Keep {group.Group.Label}: a smaller alpha may cost target performance."
            )
            {
                Answer = "No alpha below 1 is shown to be no worse",
            };
        }

        private static string Detail(GroupWiseFt group)
        {
            var (metric, cost) = (group.Metric, group.Cost!);
            string?[] sentences =
            [
                $"On {group.Target} it reaches {metric.Number(group.TargetScore(group.Choice!.Index).Value)}, and "
                    + $"{group.Group.Label} reaches {metric.Number(group.FineTunedScore.Value)}.",
                MarginWords.LosesAtMost(metric, Math.Max(0, -cost.LowerEnd()), EffectWords.Covered(cost)),
                group.OnValidation
                    ? "Validation images chose the alpha."
                    : "The alpha was chosen on these test images, so this is optimistic.",
            ];
            return string.Join(' ', sentences.OfType<string>());
        }

        private static string Use(GroupWiseFt group) =>
            group.Checkpoint is { } file && group.OnValidation
                ? $"Use {file} instead of {group.Group.Label}; inference costs the same."
                : $"Confirm {group.Checkpoint} on new images, then use it; inference costs the same.";

        // A difference from P-T, with its sign.
        private static string Against(GroupWiseFt group, Effect effect) =>
            $"{group.Metric.Signed(effect.Value)} {group.Metric.DifferenceWords} against {group.Group.Label}";

        // The interval of a difference of either sign.
        private static string Interval(Metric metric, Effect effect)
        {
            var (_, low, high) = effect.Interval();
            return $"95 % CI {metric.Signed(low)} to {metric.Signed(high)}";
        }

        private static string Signed(Metric metric, Effect effect) =>
            $"{metric.Signed(effect.Value)} {metric.DifferenceWords}, {Interval(metric, effect)}";

        public static string SourceOfPretrained(Metric metric) => $"source {metric.Name} of P";

        public static string SourceOfFineTuned(Metric metric, string label, bool recalibrated) =>
            $"source {metric.Name} of {label} with the head of P{(recalibrated ? ", recalibrated" : "")}";

        public static string ForgottenName(string label) => $"source score of P minus that of {label}";

        public static string TargetOfFineTuned(Metric metric, string label) => $"target {metric.Name} of {label}";

        public static string TargetAt(Metric metric, double alpha, bool recalibrated) =>
            $"target {metric.Name} at alpha {Plain(alpha)}{(recalibrated ? ", recalibrated" : "")}";

        public static string ChangeAt(double alpha, string label) =>
            $"target score at alpha {Plain(alpha)} minus that of {label}";

        public static string SourceAt(Metric metric, double alpha) => $"source {metric.Name} at alpha {Plain(alpha)}";

        public static string RegainedAt(double alpha, string label) =>
            $"source score at alpha {Plain(alpha)} minus that of {label}";
    }

    /// <summary>The model that is offered.</summary>
    internal static class Offer
    {
        public static string Name(double alpha, string label) => $"line from P to {label} at alpha {Plain(alpha)}";

        public static string Reason(GroupWiseFt group, string? among)
        {
            string?[] parts =
            [
                $"no worse than {group.Group.Label} on {group.Target}",
                group.Regained is { IsPositive: true } regained
                    ? $"regains {group.SourceMetric.Difference(regained.Value)} on the source"
                    : null,
                group.IsRecalibrated ? "recalibrated" : null,
                $"chosen on {Images(group)}",
                among,
            ];
            return string.Join("; ", parts.OfType<string>());
        }

        public static string None(string target, ImmutableArray<GroupWiseFt> groups)
        {
            var why = groups switch
            {
                [{ Choice: null } diverged, ..] => $"every {diverged.Group.Label} run diverged",
                [{ Learned: false } poor, ..] => $"not every {poor.Group.Label} run is {poor.Metric.BeyondChance}",
                [var group, ..] => $"no alpha below 1 is shown to be no worse than {group.Group.Label}",
                [] => "there is no run from P",
            };
            return $"There is no model on the line from P for {target}: {why}. Export the best run instead.";
        }
    }

    /// <summary>Captions of the figure and title of the table.</summary>
    internal static class Caption
    {
        public const string Alpha = "alpha (0 is P, 1 is P-T)";

        public const string OnSource = "Source, head of P";

        public const string Table =
            "The line from P to P-T over all modules but the head: scores, differences, and losses in nats";

        public static string OnTarget(string target) => $"{target}, head of P-T";

        public static string Curve(string label, string? statistics) =>
            statistics is null ? label : $"{label}, {statistics}";

        public static string MeanOf(int runs, string label) => runs == 1 ? label : $"mean of {runs} {label} runs";

        public static string Lines(string target, bool recalibrated) =>
            $"Between P (alpha 0) and models fine-tuned on {target} (alpha 1): mean of the runs; bands are 95 % "
            + "intervals"
            + (recalibrated ? ". Raw: running statistics interpolated instead of recomputed." : ".");

        public static string LinesInWords(IEnumerable<GroupWiseFt> groups) =>
            $"{string.Join("; ", groups.Select(InWords))}.";

        private static string InWords(GroupWiseFt group)
        {
            var last = group.Alphas.Length - 1;
            var target = $"{group.Group.Label} on {group.Target}: {Ends(group.Metric, group.TargetScore)}";
            return group.HasSource ? $"{target}, on the source: {Ends(group.SourceMetric, group.SourceScore)}" : target;

            string Ends(Metric metric, Func<int, Effect> score) =>
                $"{metric.InFigures} {metric.Plain(score(0).Value)} at alpha 0 "
                + $"and {metric.Plain(score(last).Value)} at 1";
        }
    }

    /// <summary>How the numbers were computed.</summary>
    internal static class Method
    {
        public const string Source =
            "Wortsman et al. 2022, Robust fine-tuning of zero-shot models (WiSE-FT); recalibration: Izmailov et al. "
            + "2018, section 3.2";

        public static string Definition(string metrics) =>
            "theta(alpha) = (1 - alpha) theta_P + alpha theta_P-T over all modules but the head. Measured: "
            + $"{metrics} on the target's test images with the head of P-T, and the source's metric on its test images "
            + "with the head of P. Running statistics of batch normalization are recomputed at each alpha on training "
            + "images of the data set that is measured. Forgotten: source score at alpha 0 minus that at 1. The chosen "
            + "alpha is the smallest whose target score is no worse than that of P-T, walked from 1 downwards to the "
            + "first failure.";

        public static string Settings(WiseFtSettings settings)
        {
            var margin = settings.Margin.ToString("0.######", CultureInfo.InvariantCulture);
            return $"{settings.Points} alphas from 0 to 1; no worse: by less than {margin} points, one-sided 95 %; "
                + "every run from P, weights of the last epoch; recalibrated on "
                + RecalibrationImages.Describe(settings.RecalibrationImages, "training images");
        }

        public static ImmutableArray<string> Caveats(bool hasSource, bool chosenOnTestImages)
        {
            string?[] caveats =
            [
                hasSource
                    ? "The head of P never saw the features of P-T: a new head on them may lose less on the source."
                    : "P comes from files, so the study has no source images: what was forgotten is not measured.",
                chosenOnTestImages
                    ? "Without validation images the alpha is chosen on the test images that it is judged on."
                    : null,
                "At the chosen alpha the weights of a single run are saved, the best one; intervals are for the mean "
                    + "of the runs.",
            ];
            return [.. caveats.OfType<string>()];
        }
    }
}
