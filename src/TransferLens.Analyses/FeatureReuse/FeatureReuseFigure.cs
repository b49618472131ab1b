using System.Collections.Immutable;
using TransferLens.Figures;
using TransferLens.Findings;

namespace TransferLens.Analyses;

/// <summary>The figures and tables of <see cref="FeatureReuse"/>.</summary>
internal static class FeatureReuseFigure
{
    /// <summary>Two figures a target: final performance and speed of optimization over block size, as in the paper's Figure 3; the relative drop.</summary>
    public static ImmutableArray<Figure> Of(ImmutableArray<ReuseResult> targets) => [.. targets.SelectMany(target => new Figure[] { Accuracy(target), Drop(target) })];

    private static BarChart Accuracy(ReuseResult target) => new(
        $"feature_reuse-{target.FileName}",
        $"Final performance and speed of optimization on {target.Place} with shuffled blocks; {Bars(target)}.",
        "Final test accuracy in percent over block size: " + string.Join("; ", target.Blocks.Select(block => $"{Label(target, block)}: {Percent(block.Pretrained)} from P, {Percent(block.Random)} from random weights")) + ".",
        [
            new("Final performance", "test accuracy (%)", Labels(target), Series(target, side => side.Estimate)),
            new("Speed of optimization", "training accuracy, mean over all epochs (%)", Labels(target), Series(target, side => Of(side.MeanTrainAccuracy))),
        ]);

    private static LineChart Drop(ReuseResult target) => new(
        $"feature_reuse-drop-{target.FileName}",
        $"Relative drop without pretraining on {target.Place}; {Bands(target)}.",
        "Relative drop in percent over block size: " + string.Join("; ", target.Blocks.Select(block => $"{Label(target, block)}: {(block.RelativeDrop is { } drop ? $"{drop.Value:0} %" : "undefined")}")) + ".",
        [new("", "block size (pixels)", "100 (P-T - RI-T) / P-T (%)", [DropLine(target)]) { Positions = Labels(target) }]);

    /// <summary>One row for every block, and one for every training.</summary>
    public static ImmutableArray<Table> Tables(ImmutableArray<ReuseResult> targets) =>
    [
        new("feature_reuse", "Gain of pretraining by block size; accuracies are fractions, drops percent",
            ["target", "block", "P-T learning rate", "RI-T learning rate", "P-T accuracy", "RI-T accuracy", "gain", "gain, low", "gain, high", "relative drop", "drop, low", "drop, high", "P-T mean training accuracy", "RI-T mean training accuracy", "diverged"],
            [
                .. from target in targets
                   from block in target.Blocks
                   select (ImmutableArray<object?>)[
                       target.Target, Label(target, block), target.Pretrained.LearningRate, target.Random.LearningRate, block.Pretrained.Accuracy?.Mean, block.Random.Accuracy?.Mean, block.Gain?.Value, block.Gain?.Low, block.Gain?.High,
                       block.RelativeDrop?.Value, block.RelativeDrop?.Low, block.RelativeDrop?.High, block.Pretrained.MeanTrainAccuracy?.Mean, block.Random.MeanTrainAccuracy?.Mean, (long)(block.Pretrained.Diverged + block.Random.Diverged)],
            ]),
        new("feature_reuse-trainings", "Every training of the experiment",
            ["target", "block", "run", "learning rate", "shuffle seed", "seed", "diverged", "test accuracy", "low", "high", "mean training accuracy"],
            [
                .. from target in targets
                   from one in target.Trainings
                   select (ImmutableArray<object?>)[
                       target.Target, one.Training.Block, one.Training.Run.Run, one.Training.Run.LearningRate, (long?)one.Training.ShuffleSeed, (long)one.Training.Seed,
                       one.Outcome.Diverged, one.Outcome.Accuracy, one.Outcome.Low, one.Outcome.High, one.Outcome.MeanTrainAccuracy],
            ]),
    ];

    private static ImmutableArray<BarSeries> Series(ReuseResult target, Func<OutcomeGroup, Estimate?> of) =>
    [
        Bar(target.Pretrained.Run, [.. target.Blocks.Select(block => of(block.Pretrained))]),
        Bar(target.Random.Run, [.. target.Blocks.Select(block => of(block.Random))]),
    ];

    private static BarSeries Bar(string run, ImmutableArray<Estimate?> blocks) =>
        new(run, Values(blocks, 100, block => block.Value), Values(blocks, 100, block => block.Low), Values(blocks, 100, block => block.High));

    private static Line DropLine(ReuseResult target)
    {
        ImmutableArray<Estimate?> drops = [.. target.Blocks.Select(block => block.RelativeDrop)];
        return new("relative drop", 2, [.. Enumerable.Range(0, drops.Length).Select(i => (double)i)], Values(drops, 1, drop => drop.Value), Values(drops, 1, drop => drop.Low), Values(drops, 1, drop => drop.High));
    }

    private static ImmutableArray<double> Values(ImmutableArray<Estimate?> estimates, double scale, Func<Estimate, double> of) =>
        [.. estimates.Select(estimate => estimate is null ? double.NaN : scale * of(estimate))];

    private static Estimate? Of(Spread? spread) => spread is null ? null : new(spread.Mean, spread.Low, spread.High);

    private static ImmutableArray<string> Labels(ReuseResult target) => [.. target.Blocks.Select(block => Label(target, block))];

    private static string Label(ReuseResult target, ReuseBlock block) => block == target.Whole ? $"{block.Block} (whole)" : block.Block;

    private static string Percent(OutcomeGroup group) => group.Accuracy is { } accuracy ? $"{100 * accuracy.Mean:0.0} %" : "diverged";

    private static string Bars(ReuseResult target) => $"bars are means, error bars {Range(target)}";

    private static string Bands(ReuseResult target) => $"bands show {Range(target)}";

    private static string Range(ReuseResult target) => target.Blocks.Any(block => block.Pretrained.Trainings.Length > 1)
        ? "the range over trainings, or the 95 % bootstrap interval of a single one" : "the 95 % bootstrap interval of the one training";
}
