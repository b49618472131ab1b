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

    /// <summary>Whether the models may be averaged, for the table of answers.</summary>
    /// <param name="gain">The gain over the mean of the members; null where not every run learned.</param>
    public static string Answer(Effect? gain) =>
        gain switch
        {
            null => NotJudged,
            { IsPositive: true } => "Yes, the average beats the mean of its members",
            { IsNegative: true } => "No, the average is worse than its members",
            _ => "No gain or loss of the average detected",
        };

    private const string NotJudged = "Not judged: not every run is better than chance";

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
            _ => $"Do not rely on {file}; more test images would decide.",
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

    /// <summary>Texts about greedy soups.</summary>
    internal static class Greedy
    {
        public const string KeepBest = "Keep the best run; no other run was added to it.";

        public const string NoValidation =
            "analyses.model_soup.members names runs for a greedy soup, which needs validation images, but no target "
            + "has any. Add them (split: {validation: 0.1}, or validation: next to train: and test:), or remove "
            + "members.";

        public static string NoSuchRun(string name, IEnumerable<string> runs) =>
            $"analyses.model_soup.members names '{name}', which is not a run that starts from P. Runs from P: "
            + $"{string.Join(", ", runs)}.";

        public static string TooFewMembers(IEnumerable<string> members) =>
            $"analyses.model_soup.members names {string.Join(", ", members)}, but a greedy soup needs two training "
            + "runs of them on a target with validation images. Write seeds: [1, 2] in a run, or remove members.";

        public static string NoVerdict(TargetGreedy soup) =>
            $"No verdict on the greedy soup on {soup.Target}: not every run is {soup.Metric.BeyondChance}.";

        public static string Alone(TargetGreedy soup) =>
            $"The greedy soup on {soup.Target} is the best run alone: every other lowers validation "
            + $"{soup.Metric.Name}.";

        public static string Headline(TargetGreedy soup, Effect gain)
        {
            var metric = soup.Metric;
            var runs = $"{soup.Added.Length} of {soup.Runs.Length} runs on {soup.Target}";
            return gain switch
            {
                { IsPositive: true } =>
                    $"Greedily averaging {runs} gains {metric.Difference(gain.Value)} over the best "
                        + $"({EffectWords.Interval(metric, gain.Interval())}).",
                { IsNegative: true } => $"Greedily averaging {runs} loses {metric.Difference(-gain.Value)} to the best "
                    + $"({EffectWords.Interval(metric, gain.Negated().Interval())}).",
                _ => $"No gain detected from greedily averaging {runs} "
                    + $"(95 % CI {EffectWords.Signed(metric, gain.Interval())}).",
            };
        }

        /// <summary>Whether a greedy average helps, for the table of answers.</summary>
        public static string Answer(TargetGreedy soup) =>
            (soup.Learned, soup.Gains?.OverBest) switch
            {
                (false, _) => NotJudged,
                (_, null) => "Greedily: no other run improves the best one",
                (_, { IsPositive: true }) => "Greedily: yes, the average beats the best run",
                (_, { IsNegative: true }) => "Greedily: no, the average is worse than the best run",
                _ => "Greedily: no gain over the best run detected",
            };

        public static string Action(Effect gain, string file) =>
            gain switch
            {
                { IsPositive: true } => $"Use {file}; inference costs the same.",
                { IsNegative: true } => "Do not use this soup.",
                _ => "Keep the best run; more test images would decide.",
            };

        public static string Detail(TargetGreedy soup, GreedySoup greedy)
        {
            string?[] sentences =
            [
                $"Validation images chose {string.Join(", ", soup.Added)}.",
                soup.Gains is { OverBest: { IsDetected: false } gain } ? EffectWords.WouldDecide(gain) : null,
                Foretold(soup.Metric, greedy),
                soup.Soup is null ? null : "The interval covers test images only: there is one greedy soup.",
            ];
            return string.Join(' ', sentences.OfType<string>());
        }

        private static string Foretold(Metric metric, GreedySoup greedy)
        {
            var (added, refused) = (Range(true), Range(false));
            return (added, refused, greedy.BarrierForetold) switch
            {
                ({ } of, null, _) => $"No run was refused; barriers to the soup were {of}.",
                (null, { } of, _) => $"Every other run was refused; their barriers to the soup were {of}.",
                ({ } kept, { } others, true) =>
                    $"Barriers to the soup foretold the refusals: {kept} for runs that were "
                        + $"added, {others} for refused ones.",
                ({ } kept, { } others, _) =>
                    $"Barriers to the soup did not foretell the refusals: {kept} for runs that "
                        + $"were added, {others} for refused ones.",
                _ => "",
            };

            string? Range(bool isAdded)
            {
                var barriers = greedy
                    .Tried.Where(step => step.Added == isAdded)
                    .Select(step => step.Barrier)
                    .OfType<double>()
                    .ToList();
                return barriers switch
                {
                    [] => null,
                    [var only] => metric.Difference(only),
                    _ => $"{metric.Plain(barriers.Min())} to {metric.Difference(barriers.Max())}",
                };
            }
        }

        public static string OfferedName(TargetGreedy soup) =>
            $"greedy average of {soup.Added.Length} of {soup.Runs.Length} runs";

        public static string Offered(TargetGreedy soup)
        {
            var gain = soup.Gains!.OverBest;
            var verdict = gain.IsPositive
                ? $"gains {soup.Metric.Difference(gain.Value)} over the best run"
                : "no gain or loss detected against the best run";
            var recalibrated = soup.Soup!.Recalibrated is null ? "" : "; recalibrated";
            return $"{verdict}{recalibrated}; chosen on the validation images";
        }

        public static string Score(Metric metric, bool recalibrated) =>
            $"{metric.Name} of the greedy soup{(recalibrated ? ", recalibrated" : "")}";

        public static string Best(Metric metric, string run) => $"{metric.Name} of {run}, the best run in it";

        public static string Gain(string run) => $"gain of the greedy soup over {run}";

        public static string OnValidation(Metric metric) => $"validation {metric.Name} of the greedy soup";

        public static string BarrierOf(string run, bool added) =>
            $"barrier from the soup to {run}, {(added ? "added" : "refused")}";
    }

    /// <summary>Captions of the figure and title of the table.</summary>
    internal static class Caption
    {
        public const string Greedy = "greedy soup";

        public const string GreedyTable =
            "Greedy soups: runs in the order in which they were tried, with scores, barriers, and losses in nats";

        public static string Bars(string target) =>
            $"Runs on {target} that differ only in their seed, or were chosen greedily: single, with averaged weights "
            + "(soup) and with averaged predictions (ensemble); error bars are 95 % bootstrap intervals over test "
            + "images.";

        public static string BarsInWords(Metric metric, IEnumerable<(string Label, IEnumerable<string> Bars)> groups)
        {
            var texts = groups.Select(group => $"{group.Label} {string.Join(", ", group.Bars)}");
            return $"Test {metric.InFigures}: {string.Join("; ", texts)}.";
        }

        public static string Bar(string name, Metric metric, Estimate score) => $"{name} {metric.Plain(score.Value)}";

        public static string Table(string metrics) =>
            $"Averages of runs that differ only in their seed: {metrics}, gains, and losses in nats";
    }

    /// <summary>How the numbers were computed.</summary>
    internal static class Method
    {
        public const string Source =
            "Wortsman et al. 2022, Model soups, the uniform and the greedy soup; recalibration: Izmailov et al. 2018, "
            + "section 3.2";

        private const string Optimistic =
            "The best member is chosen on the test images that it is measured on, so its score is optimistic. The "
            + "gain over the mean is the fairer one.";

        private const string NoGreedy =
            "There is no greedy soup: it needs a target with validation images (split: {validation: 0.1}, or "
            + "validation: next to train: and test:) and two runs from P.";

        private const string LinePoints =
            "The barrier to a soup is measured on five points of the line from the soup to the run, on validation "
            + "images.";

        public static ImmutableArray<string> Caveats(bool chosenOnTestImages, bool hasGreedy) =>
            [
                .. chosenOnTestImages ? [Optimistic] : Array.Empty<string>(),
                hasGreedy ? LinePoints : NoGreedy,
                "There is one soup per group: the intervals show how other test images would change the numbers, not "
                    + "how other seeds would.",
                "The heads start from different random values and are averaged like everything else.",
            ];

        public static string Definition(string metrics, bool multiLabel) =>
            "The uniform average of the weights of runs that differ only in their seed, with running statistics of "
            + $"batch normalization recomputed on training images. Measured: its {metrics} on the test images, its "
            + "gain over the mean and over the best of its members, and the ensemble that averages the members' "
            + $"{(multiLabel ? "probabilities" : "softmax outputs")} instead. Greedy: runs from P in order of their "
            + "validation score; each is added if the soup's validation score does not fall.";

        public static string Settings(SoupSettings settings) =>
            "every run with at least two seeds, weights of the last epoch; "
            + $"recalibrated on {RecalibrationImages.Describe(settings.RecalibrationImages, "training images")}; "
            + "intervals: 1,000 bootstrap resamples of the test images, the same for all models";
    }
}
