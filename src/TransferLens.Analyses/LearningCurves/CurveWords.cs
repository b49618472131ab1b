using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.LearningCurves;

/// <summary>Builds this analysis's report texts from its numbers: findings, captions and method.</summary>
internal static class CurveWords
{
    private static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];

    /// <summary>Whether pretraining helps. Runs are named by the label of their group.</summary>
    internal static class Gain
    {
        public static string Headline(PretrainingGain gain)
        {
            var (target, metric) = (gain.Pretrained.Group.Target, gain.Pretrained.Group.Metric);
            var (p, random, effect) = (gain.Pretrained.Group.Label, gain.Random.Group.Label, gain.Effect);
            if (gain.HasUnequalRates)
            {
                return Unequal(gain);
            }

            return effect switch
            {
                { IsPositive: true } =>
                    $"Pretraining helps on {target}: {p} ends {Apart(metric, effect)} above {random} "
                        + $"({EffectWords.Interval(metric, effect.Interval())}).",
                { IsNegative: true } =>
                    $"Pretraining hurts on {target}: {p} ends {Apart(metric, effect)} below {random} "
                        + $"({EffectWords.Interval(metric, effect.Negated().Interval())}).",
                _ => $"No gain detected on {target}: {p} minus {random} is {Open(metric, effect)}.",
            };
        }

        // Rates or starts may be the cause, so it credits neither.
        private static string Unequal(PretrainingGain gain)
        {
            var (target, metric) = (gain.Pretrained.Group.Target, gain.Pretrained.Group.Metric);
            var (p, random, effect) = (gain.Pretrained.Group.Label, gain.Random.Group.Label, gain.Effect);
            return effect switch
            {
                { IsPositive: true } => Ends("above", effect),
                { IsNegative: true } => Ends("below", effect.Negated()),
                _ => $"No difference detected on {target}: {p} minus {random} is {Open(metric, effect)}.",
            };

            string Ends(string where, Effect size) =>
                $"{p} ends {Apart(metric, size)} {where} {random} on {target} "
                + $"({EffectWords.Interval(metric, size.Interval())}).";
        }

        public static string Answer(PretrainingGain gain)
        {
            var (p, random, effect) = (gain.Pretrained.Group.Label, gain.Random.Group.Label, gain.Effect);
            if (gain.HasUnequalRates)
            {
                return effect switch
                {
                    { IsPositive: true } => $"{p} ends above {random}, at another learning rate",
                    { IsNegative: true } => $"{p} ends below {random}, at another learning rate",
                    _ => "No difference detected, at different learning rates",
                };
            }

            return (effect, gain) switch
            {
                ({ IsDetected: true }, { LagMayExplain: true, NotFitted: { } side }) =>
                    $"{(effect.IsPositive ? "Yes" : "No")} so far, but {NotYet(side.Group)}",
                ({ IsPositive: true }, _) => "Yes, pretraining helps",
                ({ IsNegative: true }, _) => "No, pretraining hurts",
                _ => "No gain detected",
            };
        }

        public static string Detail(PretrainingGain gain)
        {
            var metric = gain.Pretrained.Group.Metric;
            string?[] sentences =
            [
                gain.Effect.IsDetected ? null : EffectWords.WouldDecide(gain.Effect),
                EqualRates(gain),
                $"{End(gain.Pretrained, metric)}, {End(gain.Random, metric, verb: false)}.",
                gain.MetricsDisagree ? SecondMetric(gain) : null,
                gain.NotFitted is { } side ? NotFitted(side, gain) : null,
                Chosen(gain.Pretrained, gain.PretrainedGroups),
                Chosen(gain.Random, gain.RandomGroups),
                gain is { HasSeveralRates: true, HasUnequalRates: false } ? Tried(gain) : null,
                EffectWords.LeavesOut(gain.Effect),
            ];
            return string.Join(' ', sentences.OfType<string>());
        }

        public static string Action(PretrainingGain gain)
        {
            var (target, effect) = (gain.Pretrained.Group.Target, gain.Effect);
            if (gain is { LagMayExplain: true, NotFitted: { } side })
            {
                return effect.IsPositive ? CreditLater(side.Group.Label) : CompareAgain(side.Group.Label, target);
            }

            return effect switch
            {
                { IsPositive: true } => $"Start from P on {target}.",
                { IsNegative: true } =>
                    $"Start from random weights on {target}, or lower the fine-tuning learning rate.",
                _ => $"Use {EffectWords.More(effect)} before you rely on P for {target}.",
            };
        }

        public static string Score(string runs, Metric metric) => $"{runs} test {metric.Name}";

        public static string TrainScore(string runs, Metric metric) =>
            $"{runs} training {metric.Name} in the last epoch, mean over seeds";

        public static string GainName(PretrainingGain gain) =>
            $"{gain.Pretrained.Group.Label} minus {gain.Random.Group.Label}";

        public static string GainName(PretrainingGain gain, Metric metric) => $"{GainName(gain)} in {metric.Name}";

        /// <summary>Evidence: the gain where both starts have the same learning rate.</summary>
        public static string GainAtRate(PretrainingGain gain) =>
            $"{gain.Pretrained.Group.Run} minus {gain.Random.Group.Run}, both at learning rate "
            + $"{gain.Pretrained.Group.LearningRate}";

        private static string? EqualRates(PretrainingGain gain)
        {
            if (gain.AtEqualRates.IsEmpty)
            {
                return gain.HasSeveralRates ? RateWords.NoEqualRates : null;
            }

            var metric = gain.Pretrained.Group.Metric;
            return RateWords.AtEqualRates(
                "",
                metric,
                gain.AtEqualRates.Select(equal => (equal.Pretrained.Group.LearningRate, equal.Effect))
            );
        }

        private static string? Tried(PretrainingGain gain) =>
            StartRates.Tried(
                (gain.Pretrained.Group.Run, gain.PretrainedRates),
                (gain.Random.Group.Run, gain.RandomRates)
            );

        private static string Apart(Metric metric, Effect effect) => metric.Difference(Math.Abs(effect.Value));

        private static string Open(Metric metric, Effect effect)
        {
            var (value, low, high) = effect.Interval();
            return effect.HasInterval
                ? $"between {metric.Signed(low)} and {metric.Signed(high)} {metric.DifferenceWords}"
                : $"{metric.Signed(value)} {metric.DifferenceWords}, without an interval";
        }

        private static string End(CurveGroup side, Metric metric, bool verb = true)
        {
            var mean = side.FinalMean!;
            var interval = mean.HasInterval ? $" ({EffectWords.Interval(metric, mean.Interval())})" : "";
            return $"{side.Group.Label} {(verb ? "ends " : "")}at {metric.Number(mean.Value)}{interval}";
        }

        private static string SecondMetric(PretrainingGain gain)
        {
            var (metric, second) = (gain.Pretrained.SecondMetric!, gain.Second!);
            var disagree = gain.Effect.Value * second.Value < 0 ? "The metrics disagree: in" : "In";
            var what = second.Value < 0 ? "loss" : "gain";
            var interval = (second.Value < 0 ? second.Negated() : second).Interval();
            return $"{disagree} {metric.Name} the {what} is {Apart(metric, second)} "
                + $"({EffectWords.Interval(metric, interval)}).";
        }

        private static string NotYet(RunGroup group) =>
            group.Label == group.Run
                ? $"{group.Run} has not fitted its training images"
                : $"{group.Run} lr {group.Seeds[0].LearningRate} has not fitted its images";

        private static string NotFitted(CurveGroup side, PretrainingGain gain)
        {
            var (metric, other) = (side.Group.CurveMetric, side == gain.Random ? gain.Pretrained : gain.Random);
            return $"{side.Group.Label} has not fitted its training images: {metric.MeanName} "
                + $"{metric.Number(side.FinalTrainScore!.Value)} against "
                + $"{metric.Number(other.FinalTrainScore!.Value)}.";
        }

        private static string CreditLater(string side) =>
            $"Start from P. Train {side} longer to see how much is due to P.";

        private static string CompareAgain(string side, string target) =>
            $"Train {side} longer on {target}, then compare again.";

        private static string? Chosen(CurveGroup side, int groups) =>
            groups < 2 ? null
            : side.Validation is null
                ? $"{side.Group.Label} is the best of {groups} on these test images, so its score is optimistic."
            : $"{side.Group.Label} is the best of {groups} on the validation images.";
    }

    /// <summary>Runs that diverged.</summary>
    internal static class Diverged
    {
        public const string Evidence = "diverged runs";

        public static string Sentence(int diverged, int all, string runs, string target) =>
            $"{diverged} of {all} {runs} runs on {target} diverged: the loss stopped being finite.";

        public static string Advice(double learningRate) =>
            $"Lower the learning rate (now {learningRate}) or add warm-up epochs.";
    }

    /// <summary>Captions of the figures and title of the table.</summary>
    internal static class Caption
    {
        public const string Table = "Every epoch of the main runs";

        public const string Gains = "Gains of pretraining, each start at its best learning rate and both at the same";

        public const string Ends = "Final score by start";

        public static string EndsInWords(Metric metric, IEnumerable<string> ends) =>
            $"Final test {metric.InFigures} with 95 % intervals: {string.Join("; ", ends)}.";

        public static string Curves(string target) => $"Learning curves on {target}; one line per seed.";

        public static string CurvesInWords(Metric metric, IEnumerable<string> ends) =>
            $"{Capital(metric.InFigures)} over epochs. At the last epoch: {string.Join("; ", ends)}.";

        // Final scores are in the study's metric, curves in the target's default one.
        public static string End(string runs, Metric metric, Metric curveMetric, double? mean)
        {
            var name = metric == curveMetric ? "" : $"{metric.Name} ";
            return mean is { } final ? $"{runs} {name}{metric.Number(final)}" : Line(runs, diverged: true);
        }

        public static string Line(string runs, bool diverged) => diverged ? $"{runs} (diverged)" : runs;
    }

    /// <summary>How the numbers were computed.</summary>
    internal static class Method
    {
        public const string Settings = "none: uses the study's training runs";

        public const string Source = "Neyshabur, Sedghi, Zhang 2020, section 3";

        public static string Definition(string metrics) =>
            $"Test {metrics} after every epoch; epoch 0 is before the first training step. Training {metrics} is "
            + "measured during training, while the weights change.";

        public static ImmutableArray<string> Caveats(string scores) =>
            [
                $"Final {scores} are those of the last epoch. The best epoch, which is kept on request, is chosen on "
                    + "validation images; of a target without these, on the test images.",
                "A gain is a difference of means. Its interval covers the spread between seeds and the choice of test "
                    + "images; with one seed a side it covers test images only.",
                "Of several learning rates, each start is represented by its best on validation images, or on test "
                    + "images where a target has no others; the gain where both have the same rate is next to it.",
                $"A side is called not fitted when its last training score is more than "
                    + $"{100 * ConfidenceRule.LargestLag:0} points below the other's.",
            ];
    }
}
