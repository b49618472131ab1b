using System.Collections.Immutable;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.LearningCurves;

/// <summary>Builds this analysis's report texts from its numbers: findings, captions and method.</summary>
internal static class CurveWords
{
    private static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];

    /// <summary>Whether pretraining helps. Runs are named by the label of their group.</summary>
    internal static class Gain
    {
        public static string Helps(string target, Metric metric, double gain, string pretrained, string random) =>
            $"Pretraining helps on {target}: {pretrained} ends {metric.Difference(gain)} above {random}.";

        public static string Hurts(string target, Metric metric, double loss, string pretrained, string random) =>
            $"Pretraining hurts on {target}: {pretrained} ends {metric.Difference(loss)} below {random}.";

        public static string NoDifference(
            string target,
            Metric metric,
            double difference,
            string pretrained,
            string random
        ) =>
            $"No difference detected on {target}: {pretrained} and {random} end {metric.Difference(difference)} apart.";

        public static string Undetected(Metric metric, double gain) =>
            $"A gain of up to {metric.Difference(gain)} would have gone undetected.";

        public static string Scores(string pretrained, string first, string random, string second) =>
            $"{pretrained} ends at {first}, {random} at {second}.";

        public static string OverSeeds(Metric metric, double mean, double low, double high, int seeds) =>
            $"{metric.Number(mean)} ({metric.Plain(low)} to {metric.Plain(high)} over {seeds} seeds)";

        public static string OfOne(Metric metric, double score, double low, double high) =>
            $"{metric.Number(score)} (95 % CI {metric.Plain(low)} to {metric.Plain(high)})";

        public static string StartFromP(string target) => $"Start from P on {target}.";

        public static string StartFromRandom(string target) =>
            $"Start from random weights on {target}, or lower the fine-tuning learning rate.";

        public static string MeasureMore(string target) =>
            $"Use more test images and seeds before you rely on P for {target}.";

        public static string Score(string runs, Metric metric) => $"{runs} test {metric.Name}";

        public static string ScoreOfOne(string run, Metric metric) =>
            $"{run} test {metric.Name}, 95 % bootstrap interval over test images";
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
                $"Final {scores} are those of the last epoch. Reporting the best epoch instead would mean selecting "
                    + "it on the test images.",
                "The range over seeds shows how much runs differ; the 95 % bootstrap interval of one run shows how "
                    + "much the result would vary between test sets of this size.",
            ];
    }
}
