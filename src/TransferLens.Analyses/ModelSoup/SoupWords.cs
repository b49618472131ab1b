using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>Builds this analysis's report texts from its numbers: findings, captions and method.</summary>
internal static class SoupWords
{
    public const string GainOverMean = "gain of the average over the mean of the members";

    public const string EnsembleGain = "gain of the ensemble over the mean of the members";

    public const string NoSeeds =
        "analyses.model_soup averages training runs that differ only in their seed, but no run has two seeds. "
        + "Write seeds: [1, 2] in a run, or remove the analysis.";

    /// <summary>The runs that are averaged, for example <c>2 P-T runs on clipart</c>.</summary>
    public static string Runs(int count, string label, string target) => $"{count} {label} runs on {target}";

    public static string NoVerdict(string runs, Metric metric) =>
        $"No verdict on averaging {runs}: not every run is {metric.BeyondChance}.";

    public static string Headline(string runs, Metric metric, Effect gain)
    {
        var interval = gain.Interval();
        return gain switch
        {
            { IsPositive: true } => $"Averaging {runs} gains {metric.Difference(gain.Value)} over their mean "
                + $"({EffectWords.Interval(metric, interval)}).",
            { IsNegative: true } => $"Averaging {runs} loses {metric.Difference(-gain.Value)} against their mean "
                + $"({EffectWords.Interval(metric, gain.Negated().Interval())}).",
            _ => $"No gain or loss detected from averaging {runs} "
                + $"({metric.Signed(gain.Value)} {metric.DifferenceWords}, "
                + $"95 % CI {metric.Signed(interval.Low)} to {metric.Signed(interval.High)}).",
        };
    }

    public static string Detail(Metric metric, SoupResult result, SoupGains gains)
    {
        string?[] sentences =
        [
            gains.Soup.IsDetected ? null : EffectWords.WouldDecide(gains.Soup),
            $"The averaged model reaches {metric.Number(result.Soup.Score.Value)}; its members have a "
                + $"{metric.MeanName} of {metric.Number(result.Mean.Value)}, and their ensemble reaches "
                + $"{metric.Number(result.Ensemble.Score.Value)}.",
            gains.Soup.IsPositive ? Best(metric, gains.OverBest, result.Validation is not null) : null,
            "The interval covers test images only: these runs make a single average.",
            result.Members.Length > 2 ? NotTheLine(result.Members.Length) : null,
        ];
        return string.Join(' ', sentences.OfType<string>());
    }

    private static string NotTheLine(int members)
    {
        var all = members == 3 ? "three" : $"{members}";
        return $"A barrier concerns the line between two runs; this is the average of all {all}.";
    }

    public static string Action(Effect gain, string file) =>
        gain switch
        {
            { IsPositive: true } => $"Confirm {file} on new images before you use it; inference costs the same.",
            { IsNegative: true } => "Do not use this average.",
            _ => $"Expect no gain from {file}; more test images would narrow the interval.",
        };

    /// <summary>The name of a soup that is offered, for example <c>average of 2 runs of P-T</c>.</summary>
    public static string OfferedName(int members, string label) => $"average of {members} runs of {label}";

    /// <summary>Why a soup is offered.</summary>
    /// <param name="metric">The metric of the scores.</param>
    /// <param name="gain">The gain over the mean of the members.</param>
    /// <param name="recalibrated">Whether its statistics were recomputed.</param>
    /// <param name="among">How it was chosen among several soups; null for a single one.</param>
    public static string Offered(Metric metric, Effect gain, bool recalibrated, string? among)
    {
        var verdict = gain.IsPositive
            ? $"gains {metric.Difference(gain.Value)} over the mean of its members"
            : "no gain or loss detected against the mean of its members";
        return verdict + (recalibrated ? "; recalibrated" : "") + (among is null ? "" : $"; {among}");
    }

    /// <summary>Why no soup is offered, and what to do.</summary>
    public static string NoneOffered(string why) => $"{why} Export the best run instead.";

    public static string NothingToAverage(string target) =>
        $"There is no soup on {target}: no two runs from P differ only in their seed.";

    public static string TooFew(string label, string target) =>
        $"There is no soup on {target}: fewer than two {label} runs did not diverge.";

    private static string Best(Metric metric, Effect gain, bool onValidation)
    {
        var images = onValidation ? "the validation images" : "these images";
        var chosen = $"the best member, which was chosen on {images}";
        return gain switch
        {
            { IsPositive: true } => $"It also gains {metric.Difference(gain.Value)} over {chosen}.",
            { IsNegative: true } => $"It is {metric.Difference(-gain.Value)} below {chosen}.",
            _ => $"No difference detected from {chosen} ({EffectWords.Signed(metric, gain.Interval())}).",
        };
    }

    public static string Average(Metric metric, string label, bool recalibrated) =>
        $"{metric.Name} of the average of the {label} runs{(recalibrated ? ", recalibrated" : "")}";

    public static string MeanOf(Metric metric, int members) => $"{metric.MeanName} of the {members} members";

    public static string GainOverBest(Metric metric, string run, bool onValidation) =>
        $"gain over {run}, the member with the best {metric.Name} "
        + $"on the {(onValidation ? "validation" : "test")} images";

    public static string Ensemble(Metric metric) => $"{metric.Name} of the ensemble of the same members";

    public static string RawAverage(Metric metric) =>
        $"{metric.Name} of the average, statistics averaged and not recalibrated";

    /// <summary>Captions of the figure and title of the table.</summary>
    internal static class Caption
    {
        public static string Bars(string target) =>
            $"Runs on {target} that differ only in their seed: single, with averaged weights (soup) and with averaged "
            + "predictions (ensemble); error bars are 95 % bootstrap intervals over test images.";

        public static string BarsInWords(Metric metric, IEnumerable<(string Label, IEnumerable<string> Bars)> groups)
        {
            var texts = groups.Select(group => $"{group.Label} {string.Join(", ", group.Bars)}");
            return $"Test {metric.InFigures}: {string.Join("; ", texts)}.";
        }

        public static string Bar(string name, Metric metric, Estimate score) => $"{name} {metric.Plain(score.Value)}";

        public static string Table(string metrics) =>
            $"Averages of runs that differ only in their seed; {metrics} and gains are fractions, losses in nats";
    }

    /// <summary>How the numbers were computed.</summary>
    internal static class Method
    {
        public const string Source =
            "Wortsman et al. 2022, Model soups, the uniform soup; recalibration: Izmailov et al. 2018, section 3.2";

        private const string Optimistic =
            "The best member is chosen on the test images that it is measured on, so its score is optimistic. The "
            + "gain over the mean is the fairer one.";

        public static ImmutableArray<string> Caveats(bool chosenOnTestImages) =>
            [
                .. chosenOnTestImages ? [Optimistic] : Array.Empty<string>(),
                "There is one soup per group: the intervals show how other test images would change the numbers, not "
                    + "how other seeds would.",
                "The heads start from different random values and are averaged like everything else.",
            ];

        public static string Definition(string metrics, bool multiLabel) =>
            "The uniform average of the weights of runs that differ only in their seed, with running statistics of "
            + $"batch normalization recomputed on training images. Measured: its {metrics} on the test images, its "
            + "gain over the mean and over the best of its members, and the ensemble that averages the members' "
            + $"{(multiLabel ? "probabilities" : "softmax outputs")} instead.";

        public static string Settings(SoupSettings settings) =>
            "every run with at least two seeds, weights of the last epoch; "
            + $"recalibrated on {RecalibrationImages.Describe(settings.RecalibrationImages, "training images")}; "
            + "intervals: 1,000 bootstrap resamples of the test images, the same for all models";
    }
}
