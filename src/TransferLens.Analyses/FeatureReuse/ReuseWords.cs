using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

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

    /// <summary>The target, with the learning rate of both starts where there are several.</summary>
    public static string Place(ReuseResult result) =>
        result.EqualRate is { } rate ? $"{result.Target} at learning rate {rate}" : result.Target;

    /// <summary>At which learning rates the starts are compared.</summary>
    internal static class Rates
    {
        public static string At(double rate, string what) => $"{what}, both at learning rate {rate}";

        public static string GiveSameList(ReuseResult target) =>
            $"Give {target.Pretrained.Run} and {target.Random.Run} the same list of learning rates.";

        /// <summary>The gain where both starts have the same rate, on whole images and at b = 1.</summary>
        /// <param name="equal">The comparisons at equal rates.</param>
        public static string? AtEqual(ImmutableArray<ReuseResult> equal)
        {
            if (equal.IsEmpty)
            {
                return RateWords.NoEqualRates;
            }

            var metric = equal[0].Metric;
            var whole = Gains(equal.Select(one => (one, one.WholeImages.Scores?.Gain)));
            var pixels = Gains(equal.Select(one => (one, one.Pixels?.Scores?.Gain)));
            string?[] sentences =
            [
                whole.IsEmpty ? null : RateWords.AtEqualRates(" on whole images", metric, whole),
                pixels.IsEmpty ? null : RateWords.AtEqualRates(" at b = 1", metric, pixels),
            ];
            return string.Join(' ', sentences.OfType<string>()) is { Length: > 0 } text ? text : null;
        }

        /// <summary>Which rates were chosen, and on which images; null without a choice.</summary>
        public static string? Chosen(ReuseResult target)
        {
            if (!target.IsAtBestRates)
            {
                return null;
            }

            ReuseBlock?[] blocks = [target.WholeImages, target.Smallest];
            var chosen = blocks
                .OfType<ReuseBlock>()
                .Select(block =>
                    $"{target.Pretrained.Run} {block.Rates.Pretrained} and {target.Random.Run} {block.Rates.Random} "
                    + (block == target.WholeImages ? "on whole images" : $"at b = {block.Block}")
                );
            var rates = $"Each start has its best learning rate at each block size ({string.Join(", ", chosen)})";
            var tried = StartRates.Tried(
                (target.Pretrained.Run, target.RatesOf(Initialization.Pretrained)),
                (target.Random.Run, target.RatesOf(Initialization.Random))
            );
            var on = target.IsChosenOnTestImages
                ? ", chosen on these test images, so its score is optimistic."
                : ", chosen on validation images shuffled alike.";
            return tried is null ? rates + on : $"{rates}{on} {tried}";
        }

        private static ImmutableArray<(double, Effect)> Gains(IEnumerable<(ReuseResult Result, Effect? Gain)> gains) =>
            [
                .. gains
                    .Where(one => one.Gain is not null)
                    .Select(one => (one.Result.Pretrained.LearningRate, one.Gain!)),
            ];
    }

    /// <summary>How fast runs learn on the smallest blocks.</summary>
    internal static class Speed
    {
        private const string InThePaper =
            "In Neyshabur et al. (2020), low-level statistics speed up optimization even where they do not raise the "
            + "final accuracy.";

        /// <summary>Whether training from P is faster, and whether it ends better too.</summary>
        /// <param name="speed">The speeds.</param>
        /// <param name="others">Those at other learning rates.</param>
        public static FindingText Say(ReuseSpeed speed, ImmutableArray<ReuseSpeed> others)
        {
            var (metric, place, gain) = (speed.Result.CurveMetric, speed.Result.Target, speed.Gain);
            var sides =
                $"Mean training {metric.Name} over all epochs, {At(speed)}: {speed.Result.Pretrained.Run} "
                + $"{metric.Number(speed.Pretrained.Value)}, {speed.Result.Random.Run} "
                + $"{metric.Number(speed.Random.Value)}.";
            return new(
                Headline(speed, metric, place, gain),
                Join(
                    sides,
                    Final(speed),
                    others.IsEmpty
                        ? null
                        : $"At other rates: {string.Join(", ", others.Select(other => Other(metric, other)))}.",
                    InThePaper
                )
            );
        }

        public static string Gain(ReuseSpeed speed) =>
            $"training {speed.Result.CurveMetric.Name} averaged over all epochs, {speed.Result.Pretrained.Run} minus "
            + $"{speed.Result.Random.Run}, {At(speed)}";

        public static string Side(string run, ReuseSpeed speed) =>
            $"{run} training {speed.Result.CurveMetric.Name} averaged over all epochs, {At(speed)}";

        public static string FinalGain(ReuseSpeed speed) =>
            $"gain in final test {speed.Result.Metric.Name}, {At(speed)}";

        private static string Headline(ReuseSpeed speed, Metric metric, string place, Effect gain)
        {
            var block = speed.Block.Block;
            if (!gain.IsDetected)
            {
                var open = gain.HasInterval
                    ? $"(95 % CI {EffectWords.Signed(metric, gain.Interval())})"
                    : $"({metric.Signed(gain.Value)} {metric.DifferenceWords}, without an interval)";
                return $"No change in training speed detected on {place} {open}.";
            }

            var size = gain.IsNegative ? gain.Negated() : gain;
            var amount = $"{metric.Difference(size.Value)} ({EffectWords.Interval(metric, size.Interval())})";
            return (gain.IsNegative, block) switch
            {
                (true, _) => $"Pretraining slows down training on {place} at b = {block}: {amount}.",
                (false, "1") => $"Low-level statistics speed up training on {place}: {amount}.",
                _ => $"Pretraining speeds up training on {place} at b = {block}: {amount}.",
            };
        }

        private static string? Final(ReuseSpeed speed)
        {
            if (speed.Final is not { } final)
            {
                return null;
            }

            var metric = speed.Result.Metric;
            var interval = final.HasInterval ? $" (95 % CI {EffectWords.Signed(metric, final.Interval())})" : "";
            var size = metric.Difference(Math.Abs(final.Value));
            return final switch
            {
                { IsPositive: true } => $"Final test {metric.Name} gains too: {size}{interval}.",
                { IsNegative: true } => $"Final test {metric.Name} does not gain but loses {size}{interval}.",
                _ => $"No gain in final test {metric.Name} detected: {metric.Signed(final.Value)} "
                    + $"{metric.DifferenceWords}{interval}.",
            };
        }

        private static string Other(Metric metric, ReuseSpeed other)
        {
            var (value, low, high) = other.Gain.Interval();
            var interval = other.Gain.HasInterval ? $" (95 % CI {metric.Signed(low)} to {metric.Signed(high)})" : "";
            return $"{metric.Signed(value)} {metric.DifferenceWords} at {other.Rate}{interval}";
        }

        private static string At(ReuseSpeed speed) => $"b = {speed.Block.Block}, learning rate {speed.Rate} for both";

        private static string Join(params string?[] sentences) => string.Join(' ', sentences.OfType<string>());
    }

    /// <summary>How the gain splits into its two parts.</summary>
    internal static class Split
    {
        public const string Gain = "gain on whole images, P-T over RI-T";

        public const string LowLevel = "gain at b = 1: low-level statistics";

        public const string Reuse = "remainder of the gain: feature reuse";

        private const string NothingToSplit =
            "Without a detected gain there is nothing to split into low-level statistics and feature reuse.";

        private const string NoPartFromFeatures =
            "No part of the gain is attributed to feature reuse. "
            + "Opposite direction to Neyshabur et al. (2020) for real and clipart.";

        private const string AddSeeds = "Add seeds or run_seeds to narrow the two parts.";

        private const string CheaperPretraining =
            "Try cheaper pretraining first: most of the gain does not depend on its features.";

        public static FindingText Harm(string place, Metric metric, Effect gain) =>
            new(
                $"Pretraining costs {metric.Difference(-gain.Value)} on whole images of {place} "
                    + $"{Interval(metric, gain.Negated())}.",
                NothingToSplit
            )
            {
                Answer = "From neither: pretraining hurts",
            };

        public static FindingText NoGain(string place, Metric metric, Effect gain) =>
            new(
                $"No gain from pretraining detected on whole images of {place}: "
                    + $"{metric.Signed(gain.Value)} {metric.DifferenceWords} {Interval(metric, gain)}.",
                $"{EffectWords.Open(metric, gain)} {NothingToSplit}"
            )
            {
                Answer = "No gain detected",
            };

        public static FindingText NotMeasured(string place, Metric metric, Effect gain, bool withoutPixels) =>
            new(
                Total(place, metric, gain),
                "How much of it depends on features was not measured.",
                withoutPixels ? "Add 1 to block_sizes to measure what low-level statistics contribute." : null
            )
            {
                Answer = "Not measured",
            };

        /// <summary>The two sides are trained differently.</summary>
        public static FindingText NotCompared(ReuseResult target, string place, Effect gain)
        {
            var differences = string.Join(", ", target.Differences);
            var rates =
                target.Pretrained.LearningRate == target.Random.LearningRate
                    ? ""
                    : $" ({target.Pretrained.Run} {target.Pretrained.LearningRate}, "
                        + $"{target.Random.Run} {target.Random.LearningRate})";
            var same = target.Differences.Length == 1 ? differences : "training settings";
            return new(
                Total(place, target.Metric, gain),
                "Its parts are not compared: results on shuffled images depend on training settings, and the two runs "
                    + $"differ in {differences}{rates}.",
                $"Give {target.Pretrained.Run} and {target.Random.Run} the same {same} to split the gain."
            )
            {
                Answer = "Not compared: the runs differ in their training settings",
            };
        }

        public static FindingText BothParts(string target, string place, Metric metric, GainSplit split) =>
            new(
                $"Pretraining adds {metric.Difference(split.Gain.Value)} on {place}: "
                    + $"{metric.Plain(split.LowLevelStatistics.Value)} from low-level statistics, "
                    + $"{metric.Plain(split.FeatureReuse.Value)} from feature reuse.",
                $"The first part remains when all pixels are shuffled {Interval(metric, split.LowLevelStatistics)}, "
                    + $"the second does not {Interval(metric, split.FeatureReuse)}.",
                split.LowLevelLead.IsPositive ? CheaperPretraining : ChooseSource(target)
            )
            {
                Answer = split.LowLevelLead switch
                {
                    { IsPositive: true } => "From both, more from low-level statistics",
                    { IsNegative: true } => "From both, more from features",
                    _ => "From both",
                },
            };

        public static FindingText ReuseOnly(string target, string place, Metric metric, GainSplit split)
        {
            var (left, reuse) = (split.LowLevelStatistics, split.FeatureReuse);
            var contributes =
                $"Feature reuse contributes {metric.Difference(reuse.Value)} on {place} "
                + $"{Interval(metric, reuse)}";
            return left.IsNegative
                ? new(
                    $"{contributes}; with all pixels shuffled, pretraining costs {metric.Plain(-left.Value)}.",
                    $"With all pixels shuffled, the gain is {EffectWords.Signed(metric, left.Interval())}.",
                    ChooseSource(target)
                )
                {
                    Answer = "From features; with all pixels shuffled, pretraining hurts",
                }
                : new(
                    $"{contributes}.",
                    $"No gain from low-level statistics detected: {Lower(EffectWords.Open(metric, left))}",
                    ChooseSource(target)
                )
                {
                    Answer = "From features; no part from low-level statistics detected",
                };
        }

        public static FindingText MoreWithoutFeatures(string place, Metric metric, GainSplit split) =>
            new(
                $"Pretraining adds more on {place} with all pixels shuffled "
                    + $"({metric.Difference(split.LowLevelStatistics.Value)}) "
                    + $"than on whole images ({metric.Plain(split.Gain.Value)}).",
                $"The remainder is {EffectWords.Signed(metric, split.FeatureReuse.Interval())}. {NoPartFromFeatures}"
            )
            {
                Answer = "From low-level statistics; features add nothing",
            };

        public static FindingText LowLevelOnly(string place, Metric metric, GainSplit split) =>
            new(
                $"Low-level statistics contribute {metric.Difference(split.LowLevelStatistics.Value)} on {place} "
                    + $"{Interval(metric, split.LowLevelStatistics)}.",
                $"No feature reuse detected: {Lower(EffectWords.Open(metric, split.FeatureReuse))}"
            )
            {
                Answer = "From low-level statistics; no part from features detected",
            };

        public static FindingText Undecided(string place, Metric metric, GainSplit split) =>
            new(
                $"Pretraining adds {metric.Difference(split.Gain.Value)} on {place} {Interval(metric, split.Gain)}; "
                    + "neither part of it was detected.",
                $"Low-level statistics: {EffectWords.Signed(metric, split.LowLevelStatistics.Interval())}. "
                    + $"Feature reuse: {EffectWords.Signed(metric, split.FeatureReuse.Interval())}.",
                AddSeeds
            )
            {
                Answer = "Undecided: neither part was detected",
            };

        public static string Speed(string run, Metric metric) =>
            $"{run} training {metric.Name} averaged over all epochs, b = 1";

        private static string Total(string place, Metric metric, Effect gain) =>
            $"Pretraining adds {metric.Difference(gain.Value)} on whole images of {place} {Interval(metric, gain)}.";

        private static string ChooseSource(string target) =>
            $"Choose a source whose images share features with {target}.";

        private static string Interval(Metric metric, Effect gain) =>
            $"({EffectWords.Interval(metric, gain.Interval())})";

        private static string Lower(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence[1..];
    }

    /// <summary>How the relative drop changes with the block size.</summary>
    internal static class Drop
    {
        public const string OnWholeImages = "relative drop, whole images";

        private const string ShrinksInThePaper = "Same direction as in Neyshabur et al. (2020) for real and clipart.";

        private const string GrowsInThePaper =
            "Same direction as in Neyshabur et al. (2020) for quickdraw, where runs from random weights hardly learn "
            + "on small blocks; opposite direction for real and clipart.";

        public static string OnBlocks(string block) => $"relative drop, blocks of {block}";

        public static string Change(string block) => $"relative drop, blocks of {block} minus whole images";

        public static string Score(string run, Metric metric, string block) =>
            $"{run} test {metric.Name}, blocks of {block}";

        /// <summary>Whether the drop changes.</summary>
        /// <param name="place">The target.</param>
        /// <param name="drops">The drop on whole images, that on the smallest blocks, and their side.</param>
        /// <param name="change">The second minus the first.</param>
        public static FindingText Say(string place, (Effect Whole, Effect Small, string Block) drops, Effect change)
        {
            var (_, low, high) = change.Interval();
            var values =
                $"{drops.Whole.Value:0} % on whole images and {drops.Small.Value:0} % on blocks of {drops.Block}";
            if (!change.IsDetected)
            {
                return new(
                    $"No change of relative drop detected on {place}: {values}.",
                    $"Change: 95 % CI {low:+0;-0;0} to {high:+0;-0;0} percentage points{EffectWords.Decides(change)}. "
                        + "In Neyshabur et al. (2020), the drop shrinks for real and clipart."
                );
            }

            var size = (change.IsNegative ? change.Negated() : change).Interval();
            return new(
                $"The relative drop on {place} is {size.Value:0} percentage points "
                    + $"{(change.IsNegative ? "smaller" : "larger")} on blocks of {drops.Block} "
                    + $"(95 % CI {size.Low:0} to {size.High:0}).",
                $"It is {values}. {(change.IsNegative ? ShrinksInThePaper : GrowsInThePaper)}"
            );
        }
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

        public const string Gains = "Gain by size of shuffled blocks";

        public static string GainsInWords(Metric metric, IEnumerable<(string Block, Estimate? Gain)> gains)
        {
            var known = gains.Where(one => one.Gain is not null);
            var listed = known.Select(one => $"{one.Block} {metric.Signed(one.Gain!.Value)}");
            return $"Gain of pretraining in {metric.DifferenceWords}, by block size: {string.Join("; ", listed)}.";
        }

        /// <summary>Each side has one learning rate.</summary>
        public const string Given = "given";

        public static string Blocks(string metrics) =>
            $"Gain from pretraining by block size: {metrics}, gains, and relative drops in percent";

        public static string Covered(string whole, string shuffled) =>
            whole == shuffled ? whole : $"{whole} (where blocks are shuffled: over {shuffled})";

        public static string Block(string block, bool wholeImages) => wholeImages ? $"{block} (whole)" : block;

        public static string Scores(string place, string covered) =>
            $"Final performance and speed of optimization on {place} with shuffled blocks; "
            + $"bars are means, error bars show 95 % intervals over {covered}; those of speed cover runs only.";

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

        public static string Drops(string place, string covered) =>
            $"Relative drop without pretraining on {place}; the band shows 95 % intervals over {covered}.";

        public static string DropsInWords(IEnumerable<(string Block, double? Drop)> blocks)
        {
            var texts = blocks.Select(block =>
                $"{block.Block}: {(block.Drop is { } drop ? $"{drop:0} %" : "undefined")}"
            );
            return $"Relative drop in percent over block size: {string.Join("; ", texts)}.";
        }
    }

    /// <summary>How the numbers were computed.</summary>
    internal static class Method
    {
        public const string Source = "Neyshabur, Sedghi, Zhang 2020, section 3.1 and Figure 3";

        public static readonly ImmutableArray<string> Caveats =
        [
            "If both runs stay near chance, there is no room for a gain, so low-level statistics may help even if the "
                + "gain at b = 1 is small.",
            "Gains and drops have 95 % intervals over repetitions and test images. A repetition is a seed; on shuffled "
                + "images it is a permutation with a seed of its own, as long as the run has enough seeds. Where one "
                + "side has a single run, intervals cover test images only.",
            "Shuffling also destroys the neighbourhoods that convolutions rely on, which harms pretrained and random "
                + "starts alike.",
            "Of several learning rates, each start at each block size has the best on validation images shuffled alike "
                + "(on test images where a target has no others), and the gain at equal rates is next to it. A single "
                + "rate is not tuned for shuffled images.",
        ];

        public static string Definition(string metrics) =>
            "Every target image, training and test, is normalized and cut into blocks of b x b pixels, which are "
            + "rearranged by one fixed permutation. Block size \"channels\" shuffles all values of an image, also "
            + "across its channels. For each block size, one network is trained from P and one from random weights. "
            + $"Gain(b) = A(P-T) - A(RI-T) in final test {metrics}; "
            + "relative drop(b) = 100 (A(P-T) - A(RI-T)) / A(P-T). The gain that remains at b = 1 is due to low-level "
            + "statistics, the remainder to reused features. With several shuffles, P-T and RI-T are paired by "
            + "shuffle; seeds that draw the same permutation count once. The remainder is estimated as one contrast "
            + "over the same test images. Each part is stated only if its 95 % interval excludes 0, and only where "
            + "both sides are trained with the same settings.";

        public static string Settings(FeatureReuseSettings settings, IEnumerable<string> blocks, bool atBestRates)
        {
            var seeds = settings.RunSeeds.IsEmpty
                ? "one seed of each run per permutation, in turn; on whole images, all seeds"
                : $"run seeds {string.Join(", ", settings.RunSeeds)}";
            var rates =
                atBestRates ? "at each learning rate"
                : settings.LearningRates == FeatureReuseSettings.First ? "each at its first learning rate"
                : "each at its only learning rate";
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

        public static string NoRun(bool random) =>
            $"{Key} compares runs from P with runs from random weights, but no run has init: "
            + $"{(random ? "random" : "pretrained")}. Add one to runs, or remove the analysis.";
    }
}
