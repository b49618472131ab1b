using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Metrics;
using Words = TransferLens.Analyses.CheckpointSweep.SweepWords.Caption;

namespace TransferLens.Analyses.CheckpointSweep;

/// <summary>The figures of the sweep.</summary>
internal static class CheckpointSweepFigure
{
    /// <summary>One figure per target, and one of the barriers on the source.</summary>
    public static ImmutableArray<Figure> Draw(SweepResult result) =>
        [
            .. result.Targets.Select(target => Scores(target, result)),
            .. result.Measured ? [Barriers(result)] : Array.Empty<Figure>(),
        ];

    private static LineChart Scores(SweepTarget target, SweepResult result)
    {
        var axis = Words.Axis(result.Measured);
        var means = result.Source.Zip(target.Checkpoints, (source, group) => (source.Epoch, group.Score?.Mean));
        return new(
            $"checkpoint_sweep-{target.Target}",
            Words.Scores(target.Target, result.Measured, DrawnInterval.Covered(target.Checkpoints)),
            Words.ScoresInWords(target.Metric, result.Measured, means),
            [
                new(
                    $"Final test {target.Metric.Name}",
                    axis,
                    target.Metric.Axis("test "),
                    [FineTuned(target, result), .. Source(target, result)]
                ),
                new(
                    "Speed of optimization",
                    axis,
                    target.CurveMetric.Axis("training ", ", mean over all epochs"),
                    [Speed(target, result)]
                ),
                .. Instability(target, result, axis),
            ]
        );
    }

    private static IEnumerable<LinePanel> Instability(SweepTarget target, SweepResult result, string axis)
    {
        if (target.Instabilities.IsEmpty)
        {
            return [];
        }

        var barriers = target.Instabilities.Select(one => one.Counts ? one.Barrier : null);
        return
        [
            new(
                "Instability to data order",
                axis,
                $"barrier ({target.Metric.AmountUnit})",
                [Line($"{target.Run} on {target.Target}", 0, result, target.Metric, barriers)]
            ),
        ];
    }

    private static Line FineTuned(SweepTarget target, SweepResult result) =>
        Line(
            $"{target.Run} on {target.Target}",
            0,
            result,
            target.Metric,
            target.Checkpoints.Select(checkpoint => checkpoint.MeanScore?.DrawnScore())
        );

    // Only where both are in one metric, so that one axis fits both.
    private static IEnumerable<Line> Source(SweepTarget target, SweepResult result)
    {
        if (result.Measured && result.SourceMetric == target.Metric)
        {
            var scores = result.Source.Select(source => source.Score);
            yield return Line("P on the source (shaded)", 1, result, result.SourceMetric, scores) with
            {
                Shaded = true,
            };
        }
    }

    private static Line Speed(SweepTarget target, SweepResult result) =>
        Line(
            $"{target.Run} on {target.Target}",
            0,
            result,
            target.CurveMetric,
            target.Checkpoints.Select(checkpoint => checkpoint.MeanSpeed?.DrawnScore())
        );

    private static LineChart Barriers(SweepResult result)
    {
        var (metric, source) = (result.SourceMetric, result.Source);
        return new(
            "checkpoint_sweep-barrier",
            Words.Barriers,
            Words.BarriersInWords(metric, source.Select(one => (one.Epoch, one.Barrier.Value))),
            [
                new(
                    "Barrier to the last epoch",
                    "pretraining epoch",
                    $"barrier ({metric.AmountUnit})",
                    [
                        Line("barrier", 0, result, metric, source.Select(one => one.Barrier)),
                        Line(
                            "uncertainty from the choice of test images",
                            1,
                            result,
                            metric,
                            source.Select(one => new Estimate(one.Noise, one.Noise, one.Noise))
                        ),
                    ]
                ),
            ]
        );
    }

    private static Line Line(
        string label,
        int group,
        SweepResult result,
        Metric metric,
        IEnumerable<Estimate?> estimates
    )
    {
        var values = estimates.ToList();
        return new(
            label,
            group,
            [.. result.Source.Select(source => (double)source.Epoch)],
            Values(value => value.Value),
            Values(value => value.Low),
            Values(value => value.High)
        );

        ImmutableArray<double> Values(Func<Estimate, double> of) =>
            [.. values.Select(value => value is null ? double.NaN : metric.Scale * of(value))];
    }
}
