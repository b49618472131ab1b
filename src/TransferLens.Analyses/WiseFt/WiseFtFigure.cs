using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Metrics;
using Words = TransferLens.Analyses.WiseFt.WiseFtWords.Caption;

namespace TransferLens.Analyses.WiseFt;

/// <summary>The figures of the lines from P.</summary>
internal static class WiseFtFigure
{
    /// <summary>One figure per target: target and source score over alpha, the mean of each group of runs.</summary>
    public static ImmutableArray<Figure> Draw(ImmutableArray<GroupWiseFt> groups) =>
        [
            .. groups
                .Where(group => group.Choice is not null)
                .GroupBy(group => group.Target)
                .Select(target => Chart([.. target])),
        ];

    private static LineChart Chart(ImmutableArray<GroupWiseFt> groups)
    {
        var first = groups[0];
        var onTarget = Panel(
            Words.OnTarget(first.Target),
            first.Metric,
            groups,
            (group, at) => group.TargetScore(at),
            lines => lines.Target
        );
        return new(
            $"wise_ft-{first.Target}",
            Words.Lines(first.Target, groups.Any(group => group.IsRecalibrated)),
            Words.LinesInWords(groups),
            first.HasSource
                ?
                [
                    onTarget,
                    Panel(
                        Words.OnSource,
                        first.SourceMetric,
                        groups,
                        (group, at) => group.SourceScore(at),
                        lines => lines.Source!
                    ),
                ]
                : [onTarget]
        );
    }

    private static LinePanel Panel(
        string heading,
        Metric metric,
        ImmutableArray<GroupWiseFt> groups,
        Func<GroupWiseFt, int, Effect> score,
        Func<WiseFtLines, WiseFtLine> line
    )
    {
        return new(heading, Words.Alpha, metric.Axis(), [.. groups.SelectMany(Lines)]);

        IEnumerable<Line> Lines(GroupWiseFt group, int i)
        {
            Estimate[] means = [.. group.Alphas.Select((_, at) => score(group, at).DrawnScore())];
            yield return new(
                Words.Curve(group.Group.Label, group.IsRecalibrated ? "recalibrated" : null),
                2 * i,
                group.Alphas,
                Scaled(means.Select(mean => mean.Value)),
                Scaled(means.Select(mean => mean.Low)),
                Scaled(means.Select(mean => mean.High))
            );
            if (group.IsRecalibrated)
            {
                yield return new(
                    Words.Curve(group.Group.Label, "raw"),
                    (2 * i) + 1,
                    group.Alphas,
                    Scaled(
                        group.Alphas.Select((_, at) => group.Lines.Average(of => line(of).Raw.Points[at].Score.Value))
                    ),
                    [],
                    []
                );
            }
        }

        ImmutableArray<double> Scaled(IEnumerable<double> scores) => [.. scores.Select(one => metric.Scale * one)];
    }
}
