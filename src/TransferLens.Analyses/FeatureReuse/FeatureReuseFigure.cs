using System.Collections.Immutable;
using TransferLens.Figures;
using TransferLens.Findings;

namespace TransferLens.Analyses;

/// <summary>The figures and tables of <see cref="FeatureReuse"/>.</summary>
internal static class FeatureReuseFigure
{
    /// <summary>Two figures a target: final accuracies over block size; relative drop and speed of optimization over block size.</summary>
    public static ImmutableArray<Figure> Of(ImmutableArray<ReuseResult> targets) => [.. targets.SelectMany(target => new Figure[] { Accuracy(target), Drop(target) })];

    private static BarChart Accuracy(ReuseResult target) => new(
        $"feature_reuse-{target.Target}",
        $"Final test accuracy on {target.Target} with shuffled blocks; {Bars(target)}.",
        "Accuracy in percent over block size: " + string.Join("; ", target.Blocks.Select(block => $"{Label(target, block)}: {Percent(block.Pretrained)} from P, {Percent(block.Random)} from random weights")) + ".",
        "test accuracy (%)", Labels(target),
        [Series(target.Pretrained.Run, target, block => block.Pretrained), Series(target.Random.Run, target, block => block.Random)]);

    private static LineChart Drop(ReuseResult target) => new(
        $"feature_reuse-drop-{target.Target}",
        $"Relative drop without pretraining, and training accuracy averaged over all epochs, on {target.Target}; {Bands(target)}.",
        "Relative drop in percent over block size: " + string.Join("; ", target.Blocks.Select(block => $"{Label(target, block)}: {(block.RelativeDrop is { } drop ? $"{drop.Value:0} %" : "undefined")}")) + ".",
        [
            new("Relative drop", "block size (pixels)", "100 (P-T - RI-T) / P-T (%)", [Line("relative drop", 2, target, block => block.RelativeDrop, 1)]) { Positions = Labels(target) },
            new("Speed of optimization", "block size (pixels)", "mean training accuracy (%)",
            [
                Line(target.Pretrained.Run, 0, target, block => Of(block.Pretrained.MeanTrainAccuracy), 100),
                Line(target.Random.Run, 1, target, block => Of(block.Random.MeanTrainAccuracy), 100),
            ]) { Positions = Labels(target) },
        ]);

    /// <summary>One row for every block, and one for every training.</summary>
    public static ImmutableArray<Table> Tables(ImmutableArray<ReuseResult> targets) =>
    [
        new("feature_reuse", "Gain of pretraining by block size; accuracies are fractions, drops percent",
            ["target", "block", "P-T accuracy", "RI-T accuracy", "gain", "gain, low", "gain, high", "relative drop", "P-T mean training accuracy", "RI-T mean training accuracy", "diverged"],
            [
                .. from target in targets
                   from block in target.Blocks
                   select (ImmutableArray<object?>)[
                       target.Target, Label(target, block), block.Pretrained.Accuracy?.Mean, block.Random.Accuracy?.Mean, block.Gain?.Value, block.Gain?.Low, block.Gain?.High,
                       block.RelativeDrop?.Value, block.Pretrained.MeanTrainAccuracy?.Mean, block.Random.MeanTrainAccuracy?.Mean, (long)(block.Pretrained.Diverged + block.Random.Diverged)],
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

    private static BarSeries Series(string run, ReuseResult target, Func<ReuseBlock, OutcomeGroup> side)
    {
        return new(run, Values(estimate => estimate.Value), Values(estimate => estimate.Low), Values(estimate => estimate.High));

        ImmutableArray<double> Values(Func<Estimate, double> of) => [.. target.Blocks.Select(block => side(block).Estimate is { } estimate ? 100 * of(estimate) : double.NaN)];
    }

    private static Line Line(string label, int group, ReuseResult target, Func<ReuseBlock, Estimate?> value, double scale)
    {
        return new(label, group, [.. Enumerable.Range(0, target.Blocks.Length).Select(i => (double)i)], Values(estimate => estimate.Value), Values(estimate => estimate.Low), Values(estimate => estimate.High));

        ImmutableArray<double> Values(Func<Estimate, double> of) => [.. target.Blocks.Select(block => value(block) is { } estimate ? scale * of(estimate) : double.NaN)];
    }

    private static Estimate? Of(Spread? spread) => spread is null ? null : new(spread.Mean, spread.Low, spread.High);

    private static ImmutableArray<string> Labels(ReuseResult target) => [.. target.Blocks.Select(block => Label(target, block))];

    private static string Label(ReuseResult target, ReuseBlock block) => block == target.Whole ? $"{block.Block} (whole)" : block.Block;

    private static string Percent(OutcomeGroup group) => group.Accuracy is { } accuracy ? $"{100 * accuracy.Mean:0.0} %" : "diverged";

    private static string Bars(ReuseResult target) => $"bars are means, error bars {Range(target)}";

    private static string Bands(ReuseResult target) => $"bands show {Range(target)}";

    private static string Range(ReuseResult target) => target.Blocks.Any(block => block.Pretrained.Trainings.Length > 1)
        ? "the range over trainings, or the 95 % bootstrap interval of a single one" : "the 95 % bootstrap interval of the one training";
}
