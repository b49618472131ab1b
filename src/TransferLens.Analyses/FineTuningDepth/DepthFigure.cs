using System.Collections.Immutable;
using TransferLens.Figures;
using TransferLens.Findings;

namespace TransferLens.Analyses;

/// <summary>The figures and tables of <see cref="FineTuningDepth"/>.</summary>
internal static class DepthFigure
{
    /// <summary>Accuracy against cost, one figure a target; each rung is a point with its error bar.</summary>
    public static ImmutableArray<Figure> Of(ImmutableArray<DepthTarget> targets) =>
    [
        .. targets.Select(target => new LineChart(
            $"fine_tuning_depth-{target.Target}",
            $"How much of the network is trained on {target.Target}: accuracy against training cost. Error bars show the range over seeds, or the 95 % bootstrap interval of a single training.",
            "Final test accuracy in percent and training cost in percent of the whole network's: "
            + string.Join("; ", target.Rungs.Select(rung => $"{rung.Words}: {(rung.Outcome.Accuracy is { } accuracy ? $"{100 * accuracy.Mean:0.0} %" : "diverged")} for {100 * rung.CostShare:0} %")) + ".",
            [
                new(target.Target, "training cost (% of the whole network's)", "test accuracy (%)",
                    [.. target.Rungs.Select((rung, i) => (Rung: rung, Group: i)).Where(one => one.Rung.Outcome.Estimate is not null).Select(one => Point(one.Rung, one.Group))]),
            ])),
    ];

    /// <summary>One row a rung, and one a training.</summary>
    public static ImmutableArray<Table> Tables(ImmutableArray<DepthTarget> targets) =>
    [
        new("fine_tuning_depth", "How much of the network is trained; accuracies are fractions, cost in multiply-accumulates of one training",
            ["target", "rung", "trained", "learning rate", "test accuracy", "low", "high", "above the best", "above, low", "above, high", "trained parameters", "cost", "share of the whole network's", "diverged"],
            [
                .. from target in targets
                   from rung in target.Rungs
                   let above = rung.Measure.AboveBest
                   select (ImmutableArray<object?>)[
                       target.Target, rung.Name, rung.Words, rung.LearningRate, rung.Outcome.Estimate?.Value, rung.Outcome.Estimate?.Low, rung.Outcome.Estimate?.High,
                       above?.Value, above?.Low, above?.High, rung.Measure.TrainedParameters, (double)rung.Cost, rung.CostShare, (long)rung.Outcome.Diverged],
            ]),
        new("fine_tuning_depth-trainings", "Every training of the ladder, with the 95 % bootstrap interval of its accuracy over test pictures",
            ["target", "rung", "seed", "diverged", "test accuracy", "low", "high", "mean training accuracy"],
            [
                .. from target in targets
                   from rung in target.Rungs
                   from one in rung.Outcome.Trainings.Zip(rung.Seeds)
                   select (ImmutableArray<object?>)[
                       target.Target, rung.Name, (long)one.Second, one.First.Diverged, one.First.Accuracy, one.First.Low, one.First.High, one.First.MeanTrainAccuracy],
            ]),
    ];

    private static Line Point(DepthRung rung, int group)
    {
        var estimate = rung.Outcome.Estimate!;
        return new(rung.Words, group, [100 * rung.CostShare], [100 * estimate.Value], [100 * estimate.Low], [100 * estimate.High]);
    }
}
