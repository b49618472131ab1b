using System.Collections.Immutable;
using TransferLens.Analyses.Alignment;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>Builds this analysis's report texts from its numbers: findings, captions and method.</summary>
internal static class BarrierWords
{
    /// <summary>Words with a capital letter.</summary>
    public static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];

    // The sentence already names the metric, so for a metric without a unit the number is enough.
    private static string Amount(Metric metric, double difference) =>
        metric.IsPercent ? metric.Difference(difference) : metric.Plain(difference);

    private static string WithInterval(Metric metric, Estimate barrier) =>
        $"{Amount(metric, barrier.Value)} ({EffectWords.Interval(metric, barrier)})";

    /// <summary>Findings on the line between two models.</summary>
    internal static class Line
    {
        public const string AverageWeights = "Average their weights, then measure the average.";

        public const string MeasureAverage = "Measure the average of their weights before you use it.";

        public const string AveragePredictions = "Do not average their weights without measuring the result.";

        public const string NotJudged = "Not judged: not every run is better than chance";

        public const string OneBasin = "Yes: no barrier beyond the margin";

        public static string NoBasin(Metric metric) => $"No: a barrier in {metric.Name} separates them";

        public static string OnlyInLoss(Metric metric) =>
            $"No {metric.Name} barrier detected, but loss rises between them";

        public static string NoneSeen(Metric metric) => $"No {metric.Name} barrier detected";

        public static string OpenButInLoss(Metric metric) =>
            $"Uncertain in {metric.Name}, but loss rises between them";

        public const string Open = "Uncertain: neither a barrier nor its absence is shown";

        public const string AverageAligned = "Align the models, average their weights, then measure the average.";

        public const string MeasureAligned = "Align the models, and measure their average before you use it.";

        public const string DoNotAverageAligned = "Do not average their weights, even aligned, without measuring.";

        public const string AsInThePaper = "Same direction as in Neyshabur et al. (2020).";

        public const string UnlikeThePaper = "Opposite direction to Neyshabur et al. (2020).";

        public static string Barrier(string kind) => $"barrier, {kind}";

        public static string BarrierInLoss(string kind) => $"barrier in loss, {kind}";

        public static string AlignedBarrier(string kind) => $"barrier after permuting channels, {kind}";

        public const string DifferenceOfBarriers = "barrier between RI-T runs minus barrier between P-T runs";

        public const string OtherSettings = "The two kinds of run were trained with different settings.";

        public const string OtherKinds = "Runs with other settings are left out.";

        public const string SinglePair =
            "The interval leaves out the spread between seeds where two runs make a single pair.";

        public static string Alone(string kind, int pairs) => $"pairs that show a barrier alone, {kind}, of {pairs}";

        /// <summary>The runs of a kind of pair, for example <c>P-T runs on clipart</c>.</summary>
        public static string Runs(PairBarrier example)
        {
            var (first, second) = (RunPair.Name(example.Pair.First), RunPair.Name(example.Pair.Second!));
            var start = example.SameRandomWeights ? " (same random weights)" : "";
            var names = first == second ? $"{first} runs" : $"{first} and {second}";
            return $"{names} on {Place(example)}{start}";
        }

        /// <summary>The target, followed by the checkpoint in use unless it is the last epoch.</summary>
        public static string Place(PairBarrier example) =>
            example.AtLastEpochs ? example.Target : $"{example.Target} ({example.Epochs} checkpoints)";

        /// <summary>The runs of two kinds, each with its learning rate where these differ.</summary>
        public static (string Pretrained, string Random) Names(PairBarrier pretrained, PairBarrier random)
        {
            var (one, other) = (pretrained.Pair.First, random.Pair.First);
            return one.LearningRate == other.LearningRate
                ? (RunPair.Name(one), RunPair.Name(other))
                : ($"{one.Run} lr {one.LearningRate}", $"{other.Run} lr {other.LearningRate}");
        }

        public static string NoVerdict(string runs, Metric metric) =>
            $"The barrier between {runs} is not judged: not every run is {metric.BeyondChance}.";

        public static string NotDetected(string runs, Metric metric, Estimate barrier) =>
            $"No {metric.Name} barrier detected between {runs} "
            + $"({Amount(metric, barrier.Value)}, {EffectWords.Interval(metric, barrier)}).";

        public static string Uncertain(string runs, Metric metric, Estimate barrier) =>
            $"Uncertain {metric.Name} barrier between {runs}: "
            + $"{Amount(metric, barrier.Value)} ({EffectWords.Interval(metric, barrier)}).";

        public static string Detected(string runs, Metric metric, Estimate barrier) =>
            $"{Capital(metric.Name)} barrier between {runs}: "
            + $"{Amount(metric, barrier.Value)} ({EffectWords.Interval(metric, barrier)}).";

        public const string Repaired =
            "Both barriers are with rescaled activations (REPAIR); the plain average of the weights may do worse.";

        public static string BasinWithout(string runs, Metric metric, Estimate before) =>
            $"{runs} share a basin without permutation: {WithInterval(metric, before)}.";

        public static string OnlyAligned(string runs, Metric metric, Estimate after) =>
            $"{runs} share a basin only after permutation: {WithInterval(metric, after)}.";

        public static string NoneDetected(string runs, Metric metric, Estimate barrier, bool isAligned) =>
            $"No barrier between {runs} detected {(isAligned ? "after" : "before")} permutation: "
            + $"{WithInterval(metric, barrier)}.";

        public static string UncertainAround(string runs, Metric metric, Estimate barrier, bool isAligned) =>
            $"Uncertain barrier between {runs} {(isAligned ? "after" : "before")} permutation: "
            + $"{WithInterval(metric, barrier)}.";

        public static string NotEvenAligned(string runs, Metric metric, Estimate after) =>
            $"{runs} share no basin even after permutation: {WithInterval(metric, after)}.";

        public static string BeforeAndAfter(Metric metric, double before, double after) =>
            $"Barrier before permuting channels: {Amount(metric, before)}; after: {Amount(metric, after)}.";

        public static string Matched(AlignmentMethod method, AlignmentVerdict verdict)
        {
            var matched = $"Channels are matched by {EnumWords<AlignmentMethod>.Of(method)}.";
            return verdict == AlignmentVerdict.NotEvenAligned
                ? $"{matched} The search finds a local optimum, so a better permutation may exist."
                : matched;
        }

        public static string MeanCurve(int pairs) => $"Largest shortfall of the mean curve over {pairs} pairs.";

        public static string LossRises(Estimate loss) =>
            $"There is a barrier in loss, however: {loss.Value:0.000} nats "
            + $"(95 % CI {loss.Low:0.000} to {loss.High:0.000}).";

        public static string Sides(
            Metric metric,
            (string Pretrained, string Random) names,
            double pretrained,
            double random
        ) => $"{names.Pretrained}: {Amount(metric, pretrained)}; {names.Random}: {Amount(metric, random)}.";

        public static string NoDifference(
            string place,
            Metric metric,
            (string Pretrained, string Random) names,
            Estimate difference
        ) =>
            $"No difference detected between barriers of {names.Pretrained} and {names.Random} on {place}: "
            + $"{EffectWords.Signed(metric, difference)}.";

        public static string Differ(
            string place,
            Metric metric,
            (string Pretrained, string Random) names,
            Estimate difference,
            bool isSmaller
        ) =>
            $"{names.Pretrained} barriers on {place} are {Amount(metric, difference.Value)} "
            + $"{(isSmaller ? "smaller" : "larger")} than {names.Random} barriers "
            + $"({EffectWords.Interval(metric, difference)}).";
    }

    /// <summary>Findings and captions of trained curves. Models are named with their target.</summary>
    internal static class Curve
    {
        public const string NoAverage = "This does not allow averaging the two: their average is not on the curve.";

        public static string Diverged(string runs) => $"The training of the curve between {runs} diverged.";

        public static string LineSuffices(string runs, Metric metric, Estimate curve) =>
            $"Line and curve between {runs}: no barrier detected ({Amount(metric, curve.Value)}, "
            + $"{EffectWords.Interval(metric, curve)}).";

        public static string OnlyCurved(string runs, Metric metric, Estimate curve) =>
            $"A curve joins {runs}, no barrier detected: {WithInterval(metric, curve)}.";

        public static string BarrierRemains(string runs, Metric metric, Estimate curve) =>
            $"A barrier remains on the curve between {runs}: {WithInterval(metric, curve)}.";

        public static string OnTheLine(string names, Metric metric, double line) =>
            $"The curve is between {names}; the straight line has a barrier of {Amount(metric, line)}.";

        public static string MoreEpochs(int epochs) =>
            $"Its middle was trained for {epochs} {(epochs == 1 ? "epoch" : "epochs")}; more may lower the barrier.";

        public static string Caption(string target, Metric metric, bool recalibrated) =>
            $"Test {metric.Name} and loss along trained quadratic Bezier curves and along straight lines, {target}"
            + $"{(recalibrated ? ", statistics recalibrated at each point" : "")}.";

        public static string InWords(Metric metric, IEnumerable<PairCurve> curves)
        {
            var all = curves.Select(pair =>
                $"{pair.First} and {pair.Second}: barrier {metric.Difference(pair.OnCurve!.Interval.Value)} on the "
                + $"curve, {metric.Difference(pair.OnLine.Interval.Value)} on the line"
            );
            return $"{Capital(metric.InFigures)} over t. {string.Join("; ", all)}.";
        }
    }

    /// <summary>Findings of basin tests. Models are named with their target.</summary>
    internal static class Basin
    {
        public const string MeanLoss = "mean loss on the segment or triangle";

        public const string Deviation = "mean difference from that mean (epsilon)";

        public const string ExcessAtEdge = "excess at the edge, with noise";

        public const string ExcessBeyond = "excess beyond the edge";

        public static string Models(string names, string target) => $"{names} on {target}";

        public static string OverDraws(string name) => EvidenceName.Over(name, "draws");

        public static string NotLearned(string models, Metric metric) =>
            $"The basin test of {models} is not judged: not every run is {metric.BeyondChance}.";

        public static string Undefined(string models) =>
            $"Basin test of {models} is undefined: a loss is not finite, or the models are identical.";

        public static string NoBasin(string models) =>
            $"{models} do not span a basin: loss rises too little past the edge.";

        public static string IsBasin(string models, BasinEstimate deviation) =>
            $"{models} span a basin with epsilon = {PlusMinus(deviation)} nats.";

        public static string Undecided(string models, int draws) =>
            $"Basin test of {models} is undecided after {draws} draws.";

        public static string Numbers(BasinResult basin)
        {
            var shape = basin.Models == 2 ? "segment" : "triangle";
            var beyond = basin.Beyond is { } excess ? $"by {PlusMinus(excess.Excess)}" : "by an undefined amount";
            return $"On the {shape}, loss differs from its mean by {PlusMinus(basin.Deviation)} nats on average. "
                + $"At delta = {basin.Delta:0.##}, it exceeds that mean by {PlusMinus(basin.Boundary.Excess)} nats at "
                + $"the edge and {beyond} beyond the edge.";
        }

        private static string PlusMinus(BasinEstimate estimate) =>
            double.IsNaN(estimate.Value) ? "undefined" : $"{estimate.Value:0.000} ± {estimate.Error:0.000}";
    }

    /// <summary>Captions of figures and titles of tables.</summary>
    internal static class Caption
    {
        public const string Highlight = "Score between two fine-tuned models";

        public const string Basins =
            "Basin tests; losses in nats, errors are standard errors over draws, delta is a distance in "
            + "parameter space";

        public const string Planes =
            "The three models of each plane: their performance and their coordinates, which are distances in parameter "
            + "space";

        public static string Pairs(string metrics) =>
            $"Barriers between runs, with 95 % bootstrap intervals over test images: {metrics}, and losses in nats";

        public const string Alignment =
            "What permuting the second model's channels did: distances in parameter space, and barriers";

        public const string Curves =
            "Barriers on trained curves and on straight lines, with 95 % bootstrap intervals over test images";

        public static string Line(string target, string epochs, Metric metric, string lines, bool banded)
        {
            var place = epochs == "last" ? target : $"{target}, {epochs} epoch of each run";
            var bands = banded ? ", bands are 95 % bootstrap intervals of each point over test images" : "";
            return $"Test {metric.Name} on the straight line between two models, {place}; {lines}{bands}.";
        }

        public static string LineInWords(Metric metric, IEnumerable<(string Kind, double Barrier)> means)
        {
            var kinds = means.Select(mean => $"{mean.Kind} {metric.Difference(mean.Barrier)}");
            return $"{Capital(metric.InFigures)} over lambda. Mean barriers: {string.Join("; ", kinds)}.";
        }

        public static string Plane(string what, string target, bool recalibrated) =>
            $"{what} on the plane through three models, {target}, drawn to scale: distances are "
            + "proportional to those in parameter space"
            + $"{(recalibrated ? ", statistics recalibrated at each point" : "")}.";

        public static string PlaneInWords(IEnumerable<(string Label, string Range)> planes) =>
            $"{string.Join("; ", planes.Select(plane => $"{plane.Label}: {plane.Range}"))}.";

        public static string Range(string modelsLow, string modelsHigh, string gridLow, string gridHigh) =>
            $"from {modelsLow} to {modelsHigh} at the models, from {gridLow} to {gridHigh} on the grid";
    }

    /// <summary>How the numbers were computed.</summary>
    internal static class Method
    {
        private const string Source =
            "Neyshabur, Sedghi, Zhang 2020, section 3.4 and definition 3.1; recalibration: Izmailov et al. 2018, "
            + "section 3.2";

        private const string AlignmentSource =
            "; permutation: Ainsworth et al. 2023 (git re-basin); REPAIR: Jordan et al. 2022";

        private const string CurveSource = "; curves: Garipov et al. 2018";

        public static string Sources(BarrierSettings settings) =>
            Source
            + (settings.Align == AlignmentMethod.None ? "" : AlignmentSource)
            + (settings.Curve is null ? "" : CurveSource);

        private const string OfPlanes =
            " The plane through three models shows affine combinations of them. Its first axis runs from the first "
            + "model to the second, its second axis is perpendicular to it; both axes are distances in "
            + "parameter space.";

        private const string OfBasins =
            " The segment or triangle spanned by models is an (epsilon, delta)-basin if three conditions are met. "
            + "(1) Inside, the loss differs from its mean by at most epsilon on average. (2) At the edge, with "
            + "Gaussian noise of variance delta^2 / n on each of the n parameters, it is on average at least 2 "
            + "epsilon above that mean. (3) The same holds beyond the edge, at a distance drawn from "
            + "|N(0, delta^2)|. The mean difference in (1) is the smallest epsilon for which the test can pass.";

        private const string OfAlignment =
            " Aligned lines end in the second model with hidden channels permuted to fit the first, which computes the "
            + "same. For networks without batch normalization the recalibrated line rescales the output of each "
            + "convolution and linear layer to the mean and deviation that the two models have on average (REPAIR).";

        private const string OfCurves =
            " The curve is phi(t) = (1 - t)^2 theta_1 + 2 t (1 - t) theta + t^2 theta_2. Its middle theta starts "
            + "halfway and is trained by the runs' recipe, with t drawn uniformly for each batch.";

        private static readonly string[] Caveats =
        [
            "The raw curve interpolates the running statistics of batch normalization, which do not match the "
                + "activations of the networks in between; the recalibrated curve recomputes them at every point, the "
                + "ends included.",
            "If there is no barrier on the straight line, the two models share a basin. A barrier on the line does not "
                + "rule out a curved path without one.",
            "Runs from P start from the same weights. That alone lowers the barrier between them, whatever P has "
                + "learned.",
            "The interval of a single pair treats its two runs as fixed: it shows how much the barrier would change "
                + "with other test images. That of a mean curve also covers other seeds.",
            "The reported barrier is the largest of several measured shortfalls, so it is slightly too large by "
                + "chance. Its interval accounts for that.",
        ];

        private const string BestCaveat =
            "The best epoch is chosen on the test images where a target has no validation images, so its accuracy is "
            + "optimistic there.";

        private const string BasinCaveat =
            "A basin test depends on its scale, delta. Its intervals reflect only its random draws, not the "
            + "variation over runs or images.";

        public static string Definition(string metrics, bool planes, bool basins, bool aligned, bool curves) =>
            "theta(lambda) = (1 - lambda) theta_1 + lambda theta_2. The barrier is the largest shortfall of test "
            + $"{metrics} below the straight line between the {metrics} at the two ends, over lambda in [0, 1]. Its "
            + "95 % interval comes from a bootstrap that draws the same test images at every lambda, as a band that is "
            + "simultaneous over lambda: the largest of several noisy shortfalls tends to be too large by chance. "
            + "Findings are decided on the mean curve over the pairs of one kind: a simultaneous band over lambda, "
            + "at each lambda from the jackknife over runs and the bootstrap over test images. The barrier's interval "
            + "goes from the band's largest lower end to its largest upper end. A barrier is detected if its lower end "
            + $"is above 0.{(planes ? OfPlanes : "")}{(basins ? OfBasins : "")}"
            + $"{(aligned ? OfAlignment : "")}{(curves ? OfCurves : "")}";

        public static string Settings(BarrierSettings settings)
        {
            var line =
                $"{settings.Points} points from {settings.From} to {settings.To}, including 0, 0.5 and 1; "
                + $"weights of the {string.Join(" and ", settings.Checkpoint)} epoch; "
                + $"recalibrated on {RecalibrationImages.Describe(settings.RecalibrationImages, "training images")}";
            var plane =
                $"; planes of {settings.Plane} x {settings.Plane} points, "
                + $"{100 * ModelPlane.Margin:0} % beyond the models on each side";
            var delta = settings.BasinDelta is { } given
                ? $"{given}"
                : "half the distance between the first two models";
            var basin = $"; basin tests of 3 x {settings.BasinDraws} random points, delta {delta}";
            var aligned =
                settings.Align == AlignmentMethod.None
                    ? ""
                    : $"; channels matched by {EnumWords<AlignmentMethod>.Of(settings.Align)}";
            var curve = settings.Curve is { } trained ? $"; curves trained for {trained.Epochs} epochs" : "";
            return $"{line}{aligned}{curve}"
                + (settings.Plane == 0 ? "" : plane)
                + (settings.BasinDraws == 0 ? "" : basin);
        }

        public static ImmutableArray<string> AllCaveats(bool best, bool basins)
        {
            string?[] conditional = [best ? BestCaveat : null, basins ? BasinCaveat : null];
            return [.. Caveats, .. conditional.OfType<string>()];
        }
    }

    /// <summary>Messages for settings that the study cannot satisfy.</summary>
    internal static class Errors
    {
        public const string OnePointPlane = "is 1. A plane needs at least 2 points on each side; write 0 for no plane.";

        public const string PlaneNeeds = "three seeds of a run, or two runs from P and one from random weights";

        public const string BasinNeeds = "two seeds of a run";

        public static string TooFewDraws(int draws) =>
            $"is {draws}. A basin test needs at least {BasinTest.FewestDraws} draws; write 0 for no test.";

        public static string TooFewRuns(string setting, string value, string needed, string target) =>
            $"analyses.performance_barrier.{setting} is {value}, which needs {needed}, but {target} has too few. "
            + $"Add seeds or remove {setting}.";

        public static string NoBestEpoch(string runs) =>
            $"analyses.performance_barrier.checkpoint is best, but {runs} do not keep their best epoch. "
            + "Set keep_best: true in their training.";
    }
}
