using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Report.Comparisons;

/// <summary>Draws what several studies measured, lined up; a figure that fewer than two of them have numbers for is left out.</summary>
internal static class ComparisonFigures
{
    public static ImmutableArray<Figure> Of(Comparison comparison)
    {
        var targets = comparison.Targets;
        return
        [
            .. targets.GroupBy(one => one.Target.Metric).SelectMany(same => Scores([.. same], same.Key)),
            .. Bars(
                targets,
                "checkpoint",
                "The earliest checkpoint of the pretraining that is no worse than the last, beside the last.",
                "epoch of the pretraining",
                1,
                "0.0",
                ("earliest", target => target.EarliestEpoch is { } epoch ? new(epoch, null, null, 1) : null),
                ("last", target =>
                    target.EarliestEpoch is not null && target.LastEpoch is { } epoch ? new(epoch, null, null, 1) : null
                )
            ),
            .. Drops(targets),
        ];
    }

    // Scores of different metrics do not share an axis.
    private static IEnumerable<Figure> Scores(
        ImmutableArray<(ComparedStudy Study, ComparedTarget Target)> targets,
        Metric metric
    )
    {
        var (scale, format) = metric.IsPercent ? (100.0, "0.0") : (1.0, "0.000");
        var end = metric == DeclaredMetrics.Accuracy ? "" : $"-{metric.ScoreKey}";
        var difference = metric.IsPercent ? "points" : metric.Name;
        return
        [
            .. Bars(
                targets,
                metric.ScoreKey,
                $"Final test {metric.Name}; error bars: range over seeds, or the 95 % interval over test images of a single training.",
                metric.Axis("test "),
                scale,
                format,
                ("P-T", target => target.Pretrained),
                ("RI-T", target => target.Random)
            ),
            .. Bars(
                targets,
                $"gain{end}",
                "Gain of pretraining, P-T over RI-T; error bars: every combination of what the two may be.",
                $"gain ({difference})",
                scale,
                format,
                ("gain", target => target.Gain)
            ),
            .. Bars(
                targets,
                $"barrier{end}",
                "Performance barrier between two trainings; error bars: range over pairs.",
                $"barrier ({metric.AmountUnit})",
                scale,
                format,
                ("P-T & P-T", target => target.PretrainedBarrier),
                ("RI-T & RI-T", target => target.RandomBarrier)
            ),
            .. Bars(
                targets,
                $"together{end}",
                "What P-T gain together: the average of their weights over the mean of its members, and the ensemble of two over the better one.",
                $"gain ({difference})",
                scale,
                format,
                ("soup", target => target.SoupGain),
                ("ensemble", target => target.EnsembleGain)
            ),
        ];
    }

    /// <summary>What a study and target are called on an axis: no more than tells them apart.</summary>
    public static ImmutableArray<string> Names(ImmutableArray<(ComparedStudy Study, ComparedTarget Target)> targets) =>
        [
            .. targets.Select(one =>
                targets.Select(other => other.Target.Target).Distinct().Count() == 1
                    ? one.Study.Name
                    : $"{one.Study.Name}, {one.Target.Target}"
            ),
        ];

    private static IEnumerable<BarChart> Bars(
        ImmutableArray<(ComparedStudy Study, ComparedTarget Target)> targets,
        string name,
        string title,
        string vertical,
        double scale,
        string format,
        params (string Label, Func<ComparedTarget, Measured?> Of)[] series
    )
    {
        ImmutableArray<(ComparedStudy Study, ComparedTarget Target)> having =
        [
            .. targets.Where(one => series.Any(bars => bars.Of(one.Target) is not null)),
        ];
        if (having.Length < 2)
        {
            return [];
        }

        var names = Names(having);
        var words = having.Zip(names, (one, label) =>
            $"{label}: {string.Join(", ", series.Select(bars => (bars.Label, Value: bars.Of(one.Target))).Where(bar => bar.Value is not null).Select(bar => $"{bar.Label} {(scale * bar.Value!.Value).ToString(format, CultureInfo.InvariantCulture)}"))}"
        );
        return
        [
            new(
                name,
                title,
                $"Bars, {vertical}. {string.Join("; ", words)}.",
                [
                    new(
                        "",
                        vertical,
                        names,
                        [
                            .. series
                                .Where(bars => having.Any(one => bars.Of(one.Target) is not null))
                                .Select(bars => new BarSeries(
                                    bars.Label,
                                    Values(having, scale, bars.Of, m => m.Value),
                                    Values(having, scale, bars.Of, m => m.Low),
                                    Values(having, scale, bars.Of, m => m.High)
                                )),
                        ]
                    ),
                ]
            ),
        ];
    }

    private static ImmutableArray<double> Values(
        ImmutableArray<(ComparedStudy Study, ComparedTarget Target)> targets,
        double scale,
        Func<ComparedTarget, Measured?> of,
        Func<Measured, double?> part
    ) =>
        [
            .. targets.Select(one =>
                of(one.Target) is { } measured && part(measured) is { } value ? scale * value : double.NaN
            ),
        ];

    private static IEnumerable<LineChart> Drops(ImmutableArray<(ComparedStudy Study, ComparedTarget Target)> targets)
    {
        ImmutableArray<(ComparedStudy Study, ComparedTarget Target)> having =
        [
            .. targets.Where(one => !one.Target.Drops.IsEmpty),
        ];
        if (having.Length < 2)
        {
            return [];
        }

        var blocks = having
            .SelectMany(one => one.Target.Drops.Select(drop => drop.Block))
            .Distinct()
            .OrderBy(Size)
            .ToImmutableArray();
        ImmutableArray<double> places = [.. Enumerable.Range(0, blocks.Length).Select(place => (double)place)];
        var lines = having
            .Zip(Names(having), (one, name) => (one.Target.Drops, name))
            .Select(
                (one, group) =>
                    new Line(
                        one.name,
                        group,
                        places,
                        Along(one.Drops, drop => drop.Value),
                        Along(one.Drops, drop => drop.Low ?? drop.Value),
                        Along(one.Drops, drop => drop.High ?? drop.Value)
                    )
            );
        return
        [
            new(
                "relative_drop",
                $"Relative drop without pretraining by size of the shuffled blocks; bands: every combination of what the two {Metric.Plurals(having.Select(one => one.Target.Metric))} may be.",
                $"Lines over {string.Join(", ", blocks)}: {string.Join("; ", having.Zip(Names(having), (one, name) => $"{name} {string.Join(", ", one.Target.Drops.Select(drop => drop.Drop.Value.ToString("0", CultureInfo.InvariantCulture)))}"))} percent.",
                [new("", "block size (pixels)", "100 (P-T - RI-T) / P-T (%)", [.. lines]) { Positions = blocks }]
            ),
        ];

        ImmutableArray<double> Along(ImmutableArray<ComparedBlock> drops, Func<Measured, double> part) =>
            [
                .. blocks.Select(block =>
                    drops.FirstOrDefault(drop => drop.Block == block) is { } found ? part(found.Drop) : double.NaN
                ),
            ];
    }

    private static int Size(string block) =>
        int.TryParse(block, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0;
}
