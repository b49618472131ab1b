using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.FeatureReuse;

/// <summary>Builds this analysis's report texts from its numbers: findings, captions and method.</summary>
internal static class ReuseWords
{
    /// <summary>How the images of a run are shuffled, in the titles of its tasks.</summary>
    public static string Shuffle(string block, int? seed)
    {
        if (seed is null)
        {
            return "whole images";
        }

        return block == ReuseMeasure.AllValues
            ? $"all values shuffled with seed {seed}"
            : $"blocks of {block} shuffled with seed {seed}";
    }

    /// <summary>The target, with the learning rates where the experiment is repeated at several.</summary>
    public static string Place(string target, ReuseRates? rates) =>
        rates switch
        {
            null => target,
            var (pretrained, random) when pretrained == random => $"{target} at learning rate {pretrained}",
            var (pretrained, random) => $"{target} at learning rates {pretrained} and {random}",
        };

    /// <summary>How the gain splits into its two parts.</summary>
    internal static class Split
    {
        public const string Gain = "gain on whole images, P-T over RI-T";

        public const string LowLevel = "gain at b = 1: low-level statistics";

        public const string Reuse = "remainder of the gain: feature reuse";

        public const string NothingToSplit = "There is no gain to split into low-level statistics and feature reuse.";

        public const string NotMeasured = "How much of it depends on features was not measured.";

        public const string AddSinglePixels = "Add 1 to block_sizes to measure what low-level statistics contribute.";

        public const string NoPartFromFeatures =
            "No part of the gain is attributed to feature reuse. "
            + "Neyshabur et al. (2020) found the opposite for real and clipart.";

        public const string BothUncertain = "Both parts are within the uncertainty.";

        public const string AddSeeds = "Add seeds or run_seeds to narrow the two parts.";

        public const string CheaperPretraining =
            "Try cheaper pretraining first: most of the gain does not depend on its features.";

        public static string Harm(string place, Metric metric, Estimate gain) =>
            $"Pretraining does not help on whole images of {place}: gain of {Signed(metric, gain)}.";

        public static string NoGain(string place, Metric metric, Estimate gain) =>
            $"No gain from pretraining detected on whole images of {place}: {Signed(metric, gain)}.";

        public static string UndetectedGain(Metric metric, Estimate gain) =>
            $"A gain of up to {metric.Difference(gain.High)} would have gone undetected.";

        public static string Total(string place, Metric metric, Estimate gain) =>
            $"Pretraining adds {metric.Difference(gain.Value)} on whole images of {place} ({Range(metric, gain)}).";

        public static string BothParts(string place, Metric metric, GainSplit split) =>
            $"Pretraining adds {metric.Difference(split.Gain.Value)} on {place}: "
            + $"{metric.Plain(split.LowLevelStatistics.Value)} from low-level statistics, "
            + $"{metric.Plain(split.FeatureReuse.Value)} from feature reuse.";

        public static string BothRanges(Metric metric, GainSplit split) =>
            $"The first part remains when all pixels are shuffled ({Range(metric, split.LowLevelStatistics)}), "
            + $"the second does not ({Range(metric, split.FeatureReuse)}).";

        public static string NeedsFeatures(string place, Metric metric, GainSplit split) =>
            $"The gain from pretraining on {place} depends on features: "
            + $"{metric.Difference(split.Gain.Value)} on whole images, "
            + $"{metric.Plain(split.LowLevelStatistics.Value)} with all pixels shuffled.";

        public static string CostsWithoutFeatures(Metric metric, Estimate left) =>
            $"With all pixels shuffled, pretraining costs {metric.Difference(-left.Value)}.";

        public static string UndetectedLowLevel(Metric metric, Estimate left) =>
            "With all pixels shuffled, no gain was detected; "
            + $"a gain of up to {metric.Difference(left.High)} would have gone undetected.";

        public static string MoreWithoutFeatures(string place, Metric metric, GainSplit split) =>
            $"Pretraining adds more on {place} with all pixels shuffled "
            + $"({metric.Difference(split.LowLevelStatistics.Value)}) "
            + $"than on whole images ({metric.Plain(split.Gain.Value)}).";

        public static string NoReuse(string place, Metric metric, GainSplit split) =>
            $"No feature reuse detected on {place}: gain of {metric.Difference(split.Gain.Value)} on whole images, "
            + $"{metric.Plain(split.LowLevelStatistics.Value)} with all pixels shuffled.";

        public static string UndetectedReuse(Metric metric, Estimate reuse) =>
            $"Feature reuse of up to {metric.Difference(reuse.High)} would have gone undetected.";

        public static string Undecided(string place, Metric metric, GainSplit split) =>
            $"The source of the {metric.Difference(split.Gain.Value)} gained on {place} is uncertain: "
            + $"{metric.Plain(split.LowLevelStatistics.Value)} low-level statistics, "
            + $"{metric.Plain(split.FeatureReuse.Value)} feature reuse.";

        public static string ChooseSource(string target) =>
            $"Choose a source whose images share features with {target}.";

        public static string Speed(string run, Metric metric) =>
            $"{run} training {metric.Name} averaged over all epochs, b = 1";

        private static string Signed(Metric metric, Estimate gain) =>
            $"{metric.Signed(gain.Value)} {metric.DifferenceWords} "
            + $"({metric.Signed(gain.Low)} to {metric.Signed(gain.High)})";

        private static string Range(Metric metric, Estimate gain) =>
            $"{metric.Plain(gain.Low)} to {metric.Plain(gain.High)}";
    }

    /// <summary>How the relative drop changes with the block size.</summary>
    internal static class Drop
    {
        public const string ShrinksInThePaper = "Neyshabur et al. (2020) found the same for real and clipart.";

        public const string GrowsInThePaper =
            "Neyshabur et al. (2020) found the same for quickdraw, where runs from random weights hardly learn on "
            + "small blocks, and the opposite for real and clipart.";

        public const string OnWholeImages = "relative drop, whole images";

        public static string OnBlocks(string block) => $"relative drop, blocks of {block}";

        public static string Score(string run, Metric metric, string block) =>
            $"{run} test {metric.Name}, blocks of {block}";

        public static string NoChange(string place, Estimate wholeImages, Estimate small, string block) =>
            $"No change of relative drop with block size detected on {place}: "
            + $"{Values(wholeImages, small, block)}.";

        public static string Undetected(double size) =>
            $"A change of up to {size:0} percentage points would have gone undetected. "
            + "Neyshabur et al. (2020) found that the drop shrinks for real and clipart.";

        public static string Shrinks(string place, Estimate wholeImages, Estimate small, string block) =>
            $"On {place}, the relative drop shrinks as blocks get smaller: {Values(wholeImages, small, block)}.";

        public static string Grows(string place, Estimate wholeImages, Estimate small, string block) =>
            $"On {place}, the relative drop grows as blocks shrink: {Values(wholeImages, small, block)}.";

        private static string Values(Estimate wholeImages, Estimate small, string block) =>
            $"{wholeImages.Value:0} % on whole images, {small.Value:0} % with blocks of {block}";
    }

    /// <summary>Runs that diverged.</summary>
    internal static class Diverged
    {
        public const string Evidence = "diverged runs";

        public const string Detail = "Diverged runs are excluded from all means.";

        public const string Advice = "Lower the learning rate of the run or add warm-up epochs.";

        public static string Sentence(
            int diverged,
            int all,
            string place,
            IEnumerable<(string Run, string Block)> where
        ) =>
            $"{diverged} of {all} runs on shuffled or whole images of {place} diverged: "
            + $"{string.Join(", ", where.Select(one => $"{one.Run} at {one.Block}"))}.";
    }

    /// <summary>Captions of figures and titles of tables.</summary>
    internal static class Caption
    {
        public const string Runs = "Every training run of the experiment";

        public static string Blocks(string metrics) =>
            $"Gain from pretraining by block size; {metrics} are fractions, drops are percentages";

        public static string Block(string block, bool wholeImages) => wholeImages ? $"{block} (whole)" : block;

        public static string Scores(string place, bool severalRuns) =>
            $"Final performance and speed of optimization on {place} with shuffled blocks; "
            + $"bars are means, error bars show {Range(severalRuns)}.";

        public static string ScoresInWords(
            Metric metric,
            IEnumerable<(string Block, double? Pretrained, double? Random)> blocks
        )
        {
            var texts = blocks.Select(block =>
                $"{block.Block}: {Number(block.Pretrained)} from P, {Number(block.Random)} from random weights"
            );
            return $"Final test {metric.InFigures} over block size: {string.Join("; ", texts)}.";

            string Number(double? mean) => mean is { } score ? metric.Number(score) : "diverged";
        }

        public static string Drops(string place, bool severalRuns) =>
            $"Relative drop without pretraining on {place}; bands show {Range(severalRuns)}.";

        public static string DropsInWords(IEnumerable<(string Block, double? Drop)> blocks)
        {
            var texts = blocks.Select(block =>
                $"{block.Block}: {(block.Drop is { } drop ? $"{drop:0} %" : "undefined")}"
            );
            return $"Relative drop in percent over block size: {string.Join("; ", texts)}.";
        }

        private static string Range(bool severalRuns) =>
            severalRuns
                ? "the range over runs, or, where there is only one run, its 95 % bootstrap interval"
                : "the 95 % bootstrap interval of the one run";
    }

    /// <summary>How the numbers were computed.</summary>
    internal static class Method
    {
        public const string Source = "Neyshabur, Sedghi, Zhang 2020, section 3.1 and Figure 3";

        public static readonly ImmutableArray<string> Caveats =
        [
            "If both runs stay near chance, there is no room for a gain, so low-level statistics may help even if the "
                + "gain at b = 1 is small.",
            "Ranges of gains and drops combine every run from P with every one from random weights. Those of single "
                + "runs come from the 95 % bootstrap intervals and ignore the spread between runs.",
            "With only two or three runs, a range can by chance be narrower than the bootstrap intervals in the "
                + "table. More seeds (settings seeds and run_seeds) make it more reliable.",
            "Shuffling also destroys the neighbourhoods that convolutions rely on, which harms pretrained and random "
                + "starts alike. Learning rates were not retuned for shuffled images.",
        ];

        public static string Definition(string metrics) =>
            "Every target image, training and test, is normalized and cut into blocks of b x b pixels, which are "
            + "rearranged by one fixed permutation. Block size \"channels\" shuffles all values of an image, also "
            + "across its channels. For each block size, one network is trained from P and one from random weights. "
            + $"Gain(b) = A(P-T) - A(RI-T) in final test {metrics}; "
            + "relative drop(b) = 100 (A(P-T) - A(RI-T)) / A(P-T). The gain that remains at b = 1 is due to low-level "
            + "statistics, the remainder to reused features.";

        public static string Settings(FeatureReuseSettings settings, IEnumerable<string> blocks)
        {
            var seeds = settings.RunSeeds.IsEmpty
                ? "the first seed of each run; on whole images, all of the study's runs without augmentation"
                : $"run seeds {string.Join(", ", settings.RunSeeds)}";
            var rates =
                settings.LearningRates == FeatureReuseSettings.First
                    ? "each at its first learning rate"
                    : "at each learning rate";
            var draws = settings.Exact
                ? "the first permutation of each, as in the paper, even where blocks stay in place"
                : "permutations drawn again until no block stays in place or keeps its right or lower neighbour";
            return $"blocks {string.Join(", ", blocks)}; shuffle seeds {string.Join(", ", settings.Seeds)}, {draws}; "
                + $"{seeds}; "
                + $"the first run from P and the first from random weights, {rates}; no augmentation";
        }
    }

    /// <summary>Messages for settings that the study cannot satisfy.</summary>
    internal static class Errors
    {
        private const string Key = "analyses.feature_reuse";

        public static string NotABlock(string text) =>
            $"contains {text}, but each must be {ReuseMeasure.AllValues} or a whole number of pixels of at least 1.";

        public static string DoesNotDivide(int block, int size)
        {
            var divisors = Enumerable.Range(1, size).Where(divisor => size % divisor == 0);
            return $"{Key}.block_sizes contains {block}, but images of size {size} cannot be cut into blocks of "
                + $"{block}. "
                + $"Write {ReuseMeasure.AllValues} or divisors of {size}: {string.Join(", ", divisors)}.";
        }

        public static string RatesDiffer((string Run, int Rates) first, (string Run, int Rates) second) =>
            $"{Key}.learning_rates is all, which compares {first.Run} with {second.Run} at their first learning "
            + $"rates, their second and so on, but they have {first.Rates} and {second.Rates}. Give both the same "
            + "number, or remove the setting.";

        public static string NoRun(bool random) =>
            $"{Key} compares runs from P with runs from random weights, but no run has init: "
            + $"{(random ? "random" : "pretrained")}. Add one to runs, or remove the analysis.";
    }
}
