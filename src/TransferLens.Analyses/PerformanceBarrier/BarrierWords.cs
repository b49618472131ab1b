using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>The words of this analysis: findings, captions and method. Numbers in, sentences out.</summary>
internal static class BarrierWords
{
    private static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];

    // The sentence names the metric already, so a metric without a unit needs its number only.
    private static string Amount(Metric metric, double difference) =>
        metric.IsPercent ? metric.Difference(difference) : metric.Plain(difference);

    /// <summary>Findings on the line between two models.</summary>
    internal static class Line
    {
        public const string Interval = "95 % bootstrap interval over test images";

        public const string AverageWeights = "Average their weights, then measure the average.";

        public const string AveragePredictions =
            "Average their predictions; do not average their weights without measuring the result.";

        public const string AsInThePaper = "Neyshabur et al. (2020) found the same.";

        public const string UnlikeThePaper = "Neyshabur et al. (2020) found the opposite.";

        public static string Barrier(string kind) => $"barrier, {kind}";

        public static string BarrierInLoss(string kind) => $"barrier in loss, {kind}";

        public static string BarrierBetween(string kind) => $"barrier between {kind}";

        /// <summary>The runs of a pair, for example <c>P-T runs on clipart</c>.</summary>
        public static string Runs(string run, string place, bool sameRandomWeights) =>
            $"{run} runs on {place}{(sameRandomWeights ? " (same random weights)" : "")}";

        /// <summary>The target, with the epochs unless they are the last.</summary>
        public static string Place(string target, string epochs) =>
            epochs == "last" ? target : $"{target} ({epochs} epochs)";

        public static string NoVerdict(string runs, Metric metric) =>
            $"No barrier verdict for {runs}: not every run is {metric.BeyondChance}.";

        public static string NotDetected(string runs, Metric metric, Estimate barrier) =>
            $"{runs} share a basin: no {metric.Name} barrier detected "
            + $"({Amount(metric, barrier.Value)}, {Confidence(metric, barrier)}).";

        public static string NotDetected(string runs, Metric metric, Spread barriers) =>
            $"{runs} share a basin: no {metric.Name} barrier detected "
            + $"(at most {Amount(metric, barriers.High)} in {barriers.Count} pairs).";

        public static string Undetected(Metric metric, double size) =>
            $"A barrier of up to {Amount(metric, size)} would have gone undetected.";

        public static string Detected(string runs, Metric metric, Estimate barrier) =>
            $"{Capital(metric.Name)} barrier between {runs}: "
            + $"{Amount(metric, barrier.Value)} ({Confidence(metric, barrier)}).";

        public static string Detected(string runs, Metric metric, Spread barriers) =>
            $"{Capital(metric.Name)} barrier between {runs}: {Mean(metric, barriers)}.";

        public static string DetectedInSome(string runs, Metric metric, Spread barriers, int detected) =>
            $"{Capital(metric.Name)} barrier in {detected} of {barriers.Count} pairs of {runs}: "
            + $"{Mean(metric, barriers)}.";

        public static string LossRises(Estimate loss) =>
            $"Loss does rise along the line, by {loss.Value:0.000} nats "
            + $"(95 % CI {loss.Low:0.000} to {loss.High:0.000}).";

        public static string LossRises(double mean, int rises, int pairs) =>
            $"Loss does rise along the line in {rises} of {pairs} pairs, by {mean:0.000} nats on average.";

        public static string NoDifference(string place, Metric metric, double fineTuned, double random) =>
            $"No difference detected on {place} between barriers of fine-tuned and randomly initialized runs: "
            + $"{Against(metric, fineTuned, random)}.";

        public static string UndetectedDifference(Metric metric, double size) =>
            $"A difference of up to {Amount(metric, size)} would have gone undetected.";

        public static string Smaller(string place, Metric metric, double fineTuned, double random) =>
            $"Barriers on {place} are smaller between fine-tuned than between randomly initialized runs: "
            + $"{Against(metric, fineTuned, random)}.";

        public static string Larger(string place, Metric metric, double fineTuned, double random) =>
            $"Barriers on {place} are larger between fine-tuned than between randomly initialized runs: "
            + $"{Against(metric, fineTuned, random)}.";

        private static string Mean(Metric metric, Spread barriers) =>
            $"mean {Amount(metric, barriers.Mean)}, "
            + $"range {metric.Plain(barriers.Low)} to {metric.Plain(barriers.High)}";

        private static string Confidence(Metric metric, Estimate value) =>
            $"95 % CI {metric.Plain(value.Low)} to {metric.Plain(value.High)}";

        private static string Against(Metric metric, double first, double second) =>
            $"{Amount(metric, first)} against {metric.Plain(second)}";
    }

    /// <summary>Findings of basin tests. Models are named with their target.</summary>
    internal static class Basin
    {
        public const string MeanLoss = "mean loss on it";

        public const string Deviation = "mean difference from it, epsilon";

        public const string ExcessAtEdge = "excess at the edge, with noise";

        public const string ExcessBeyond = "excess beyond the edge";

        public static string Models(string names, string target) => $"{names} on {target}";

        public static string WithErrors(string name, double errors) =>
            $"{name}, with {errors} standard errors over draws";

        public static string NotLearned(string models, Metric metric) =>
            $"No basin verdict for {models}: not every run is {metric.BeyondChance}.";

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
            var beyond = basin.Beyond is { } excess ? $"{PlusMinus(excess.Excess)} beyond it" : "undefined beyond it";
            return $"Loss on the {shape} differs from its mean by {PlusMinus(basin.Deviation)} nats. "
                + $"It is higher than that mean by {PlusMinus(basin.Boundary.Excess)} nats at the edge and by "
                + $"{beyond}, at delta = {basin.Delta:0.##}.";
        }

        private static string PlusMinus(BasinEstimate estimate) =>
            double.IsNaN(estimate.Value) ? "undefined" : $"{estimate.Value:0.000} ± {estimate.Error:0.000}";
    }

    /// <summary>Captions of figures and titles of tables.</summary>
    internal static class Caption
    {
        public const string Basins =
            "Basin tests; losses in nats, errors are standard errors over draws, delta is in parameter distance";

        public const string Planes =
            "The three models of each plane: coordinates in parameter distance, and their own performance";

        public static string Pairs(string metrics) =>
            $"Barriers between runs, with 95 % bootstrap intervals over test images; {metrics} are fractions, losses "
            + "in nats";

        public static string Line(string target, string epochs, Metric metric, bool banded)
        {
            var place = epochs == "last" ? target : $"{target}, {epochs} epochs";
            var bands = banded ? ", bands are 95 % bootstrap intervals of each point over test images" : "";
            return $"Test {metric.Name} on the straight line between two models, {place}; one line per pair{bands}.";
        }

        public static string LineInWords(Metric metric, IEnumerable<(string Kind, double Barrier)> means)
        {
            var kinds = means.Select(mean => $"{mean.Kind} {metric.Difference(mean.Barrier)}");
            return $"{Capital(metric.InFigures)} over lambda. Mean barriers: {string.Join("; ", kinds)}.";
        }

        public static string Plane(string what, string target, bool recalibrated) =>
            $"{what} on the plane through three models, {target}; distances as in parameter space"
            + $"{(recalibrated ? ", statistics recalibrated at each point" : "")}.";

        public static string PlaneInWords(IEnumerable<(string Label, string Range)> planes) =>
            $"{string.Join("; ", planes.Select(plane => $"{plane.Label}: {plane.Range}"))}.";

        public static string Range(string modelsLow, string modelsHigh, string gridLow, string gridHigh) =>
            $"from {modelsLow} to {modelsHigh} at the models, from {gridLow} to {gridHigh} on the grid";
    }

    /// <summary>How the numbers were computed.</summary>
    internal static class Method
    {
        public const string Source =
            "Neyshabur, Sedghi, Zhang 2020, section 3.4 and definition 3.1; recalibration: Izmailov et al. 2018, "
            + "section 3.2";

        private const string OfPlanes =
            " The plane through three models shows affine combinations of them. Its first axis runs from the first "
            + "model to the second, its second axis is perpendicular to it; both are in parameter distance.";

        private const string OfBasins =
            " The segment or triangle spanned by models is an (epsilon, delta)-basin when (1) the loss on it differs "
            + "from its mean there by at most epsilon on average, and is at least 2 epsilon higher than that mean, on "
            + "average, both (2) at its edge, with Gaussian noise of variance delta^2 / n on each of the n "
            + "parameters, and (3) beyond its edge by |N(0, delta^2)|. The smallest epsilon that can pass is (1).";

        private static readonly string[] Caveats =
        [
            "The raw curve interpolates running statistics of batch normalization, which fit no activation in the "
                + "middle; the recalibrated curve recomputes them at every point, the ends included.",
            "A straight line without a barrier shows one basin; a barrier on it does not exclude a curved way around.",
            "Runs from P start from the same weights. That alone lowers the barrier between them, whatever P has "
                + "learned.",
            "Intervals hold the runs fixed: they show how much other test images would change a number. The range "
                + "over pairs shows how much other runs would.",
        ];

        private const string BestCaveat = "The best epoch is chosen on the test images, so its accuracy is optimistic.";

        private const string BasinCaveat =
            "A basin test depends on its scale, delta. Its errors are those of its random draws, not of runs or "
            + "images.";

        public static string Definition(string metrics, bool planes, bool basins) =>
            "theta(lambda) = (1 - lambda) theta_1 + lambda theta_2. The barrier is the largest shortfall of test "
            + $"{metrics} below the straight line between the two ends, over lambda in [0, 1]. Its 95 % interval comes "
            + "from a bootstrap that draws the same test images at every lambda. It is a band around all shortfalls at "
            + "once, because the largest of several noisy shortfalls is too large by luck alone. A barrier is detected "
            + "where the lower end is "
            + $"above 0.{(planes ? OfPlanes : "")}{(basins ? OfBasins : "")}";

        public static string Settings(BarrierSettings settings)
        {
            var line =
                $"{settings.Points} points from {settings.From} to {settings.To}, including 0, 0.5 and 1; "
                + $"{string.Join(" and ", settings.Checkpoint)} epochs; "
                + $"recalibrated on {RecalibrationImages.Describe(settings.RecalibrationImages, "training images")}";
            var plane =
                $"; planes of {settings.Plane} x {settings.Plane} points, "
                + $"{100 * ModelPlane.Margin:0} % beyond the models on each side";
            var delta = settings.BasinDelta is { } given
                ? $"{given}"
                : "half the distance between the first two models";
            var basin = $"; basin tests of 3 x {settings.BasinDraws} random points, delta {delta}";
            return line + (settings.Plane == 0 ? "" : plane) + (settings.BasinDraws == 0 ? "" : basin);
        }

        public static ImmutableArray<string> AllCaveats(bool best, bool basins)
        {
            string?[] conditional = [best ? BestCaveat : null, basins ? BasinCaveat : null];
            return [.. Caveats, .. conditional.OfType<string>()];
        }
    }

    /// <summary>What is wrong with a study that asks for more than it can give.</summary>
    internal static class Errors
    {
        public const string OnePointPlane = "is 1. A plane needs at least 2 points on each side; write 0 for no plane.";

        public const string PlaneNeeds = "three seeds of a run, or two runs from P and one from random weights";

        public const string BasinNeeds = "two seeds of a run";

        public static string TooFewDraws(int draws) =>
            $"is {draws}. A basin test needs at least {BasinTest.FewestDraws} draws; write 0 for no test.";

        public static string TooFewRuns(string setting, int value, string needed, string target) =>
            $"analyses.performance_barrier.{setting} is {value}, which needs {needed}, but {target} has too few. "
            + $"Add seeds or remove {setting}.";

        public static string NoBestEpoch(string runs) =>
            $"analyses.performance_barrier.checkpoint is best, but {runs} do not keep their best epoch. "
            + "Set keep_best: true in their training.";
    }
}
