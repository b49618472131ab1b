using System.Collections.Immutable;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Metrics;

namespace TransferLens.Report.Comparisons;

/// <summary>Figures of what several studies measured. A figure needs numbers of at least two targets.</summary>
internal static class ComparisonFigures
{
    /// <summary>All figures of a comparison, in reading order.</summary>
    public static ImmutableArray<Figure> Create(Comparison comparison)
    {
        var targets = comparison.Targets;
        return
        [
            .. targets.GroupBy(one => one.Target.Metric).SelectMany(same => Scores([.. same], same.Key)),
            .. Checkpoints.Create(targets),
            .. ComparedDrops.Create(targets),
        ];
    }

    private static ComparedBars Checkpoints { get; } =
        new()
        {
            Name = "checkpoint",
            Title = "Earliest pretraining checkpoint that is no worse than the last, and the last checkpoint.",
            Vertical = "epoch of the pretraining",
            Scale = 1,
            Format = "0.0",
            Series =
            [
                ("earliest", target => Epoch(target.EarliestEpoch)),
                ("last", target => target.EarliestEpoch is null ? null : Epoch(target.LastEpoch)),
            ],
        };

    private static Measured? Epoch(int? epoch) => epoch is { } known ? new(known, null, null, 1) : null;

    // Scores of different metrics need different axes, hence figures.
    private static IEnumerable<Figure> Scores(
        ImmutableArray<(ComparedStudy Study, ComparedTarget Target)> targets,
        Metric metric
    )
    {
        var suffix = metric == DeclaredMetrics.Accuracy ? "" : $"-{metric.ScoreKey}";
        var gain = $"gain ({(metric.IsPercent ? "points" : metric.Name)})";
        var template = new ComparedBars { Scale = metric.Scale, Format = metric.IsPercent ? "0.0" : "0.000" };
        ComparedBars[] figures =
        [
            template with
            {
                Name = metric.ScoreKey,
                Title =
                    $"Final test {metric.Name}. Error bars: range over seeds, "
                    + "or the 95 % interval over test images for a single run.",
                Vertical = metric.Axis("test "),
                Series = [("P-T", target => target.Pretrained), ("RI-T", target => target.Random)],
            },
            template with
            {
                Name = $"gain{suffix}",
                Title = "Gain of pretraining, P-T minus RI-T. Error bars: all combinations of the two ranges.",
                Vertical = gain,
                Series = [("gain", target => target.Gain)],
            },
            template with
            {
                Name = $"barrier{suffix}",
                Title = "Performance barrier between two runs. Error bars: range over pairs.",
                Vertical = $"barrier ({metric.AmountUnit})",
                Series =
                [
                    ("P-T & P-T", target => target.PretrainedBarrier),
                    ("RI-T & RI-T", target => target.RandomBarrier),
                ],
            },
            template with
            {
                Name = $"together{suffix}",
                Title =
                    "Gain of combining P-T runs: the average of their weights over the mean of the runs, "
                    + "and the ensemble of two runs over the better one.",
                Vertical = gain,
                Series = [("soup", target => target.SoupGain), ("ensemble", target => target.EnsembleGain)],
            },
        ];
        return figures.SelectMany(figure => figure.Create(targets));
    }
}
