using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Figures;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>The figures of <see cref="DepthChoice"/>.</summary>
internal static class DepthFigure
{
    /// <summary>Score against cost, one figure per target; each rung is a point with its error bar.</summary>
    public static ImmutableArray<Figure> Of(ImmutableArray<DepthTarget> targets) => [.. targets.Select(Chart)];

    /// <summary>The score of each rung, named with its share of the cost, the cheapest first.</summary>
    public static Highlight Highlight(DepthTarget target)
    {
        var rungs = target
            .Rungs.Where(rung => rung.Outcome.MeanScore is not null)
            .OrderBy(rung => rung.CostShare)
            .ToList();
        var (scale, drawn) = (target.Metric.Scale, rungs.Select(rung => rung.Outcome.MeanScore!.DrawnScore()).ToList());
        return new(
            target.Target,
            new BarChart(
                $"highlight-fine_tuning_depth-{target.Target}",
                DepthWords.Ladder,
                DepthWords.Summary(
                    target.Metric,
                    rungs.Select(rung => (rung.Trained, rung.Outcome.Score?.Mean, rung.CostShare))
                ),
                [
                    new(
                        "",
                        target.Metric.Axis("test "),
                        [.. rungs.Select(DepthWords.WithCost)],
                        [
                            new(
                                "",
                                [.. drawn.Select(score => scale * score.Value)],
                                [.. drawn.Select(score => scale * score.Low)],
                                [.. drawn.Select(score => scale * score.High)]
                            ),
                        ]
                    ),
                ]
            )
        );
    }

    private static LineChart Chart(DepthTarget target)
    {
        var points = target
            .Rungs.Select((rung, i) => (Rung: rung, Group: i))
            .Where(one => one.Rung.Outcome.MeanScore is not null)
            .Select(one => Point(one.Rung, one.Group));
        return new(
            $"fine_tuning_depth-{target.Target}",
            DepthWords.Caption(
                target.Target,
                target.Metric,
                DrawnInterval.Covered(target.Rungs.Select(rung => rung.Outcome))
            ),
            DepthWords.Summary(
                target.Metric,
                target.Rungs.Select(rung => (rung.Trained, rung.Outcome.Score?.Mean, rung.CostShare))
            ),
            [new(target.Target, DepthWords.CostAxis, target.Metric.Axis("test "), [.. points])]
        );
    }

    private static Line Point(DepthRung rung, int group)
    {
        var (estimate, scale) = (rung.Outcome.MeanScore!.DrawnScore(), rung.Outcome.Metric.Scale);
        return new(
            rung.Trained,
            group,
            [100 * rung.CostShare],
            [scale * estimate.Value],
            [scale * estimate.Low],
            [scale * estimate.High]
        );
    }
}
