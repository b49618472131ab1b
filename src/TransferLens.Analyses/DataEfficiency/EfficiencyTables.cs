using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.DataEfficiency;

/// <summary>The table of the analysis.</summary>
internal static class EfficiencyTables
{
    /// <summary>A row for each target, number of images and way to train.</summary>
    public static Table Create(ImmutableArray<EfficiencyTarget> targets) =>
        new Table(
            "data_efficiency",
            EfficiencyWords.Table(targets[0].Metric),
            [
                "target",
                "training images",
                "share",
                "run",
                "learning rate",
                $"test {Metric.Names(targets.Select(target => target.Metric))}",
                "low",
                "high",
                "diverged",
                "worth",
                "worth, low",
                "worth, high",
            ],
            [
                .. from target in targets
                from point in target.Points
                from side in EfficiencyWords.Sides(point)
                select Row(target, point, side),
            ]
        ).Percent(
            targets.Select(target => target.Metric),
            ["share", $"test {Metric.Names(targets.Select(target => target.Metric))}"]
        );

    private static ImmutableArray<object?> Row(EfficiencyTarget target, EfficiencyPoint point, EfficiencySide side)
    {
        var (drawn, worth) = (side.Mean?.Drawn(), side == point.Pretrained ? point.Worth : null);
        return
        [
            target.Target,
            (long)point.Images,
            point.Share,
            side.Label,
            side.LearningRate,
            drawn?.Value,
            drawn?.Low,
            drawn?.High,
            (long)side.Diverged,
            worth?.Times,
            worth?.Low,
            worth?.High,
        ];
    }
}
