using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using Words = TransferLens.Analyses.WiseFt.WiseFtWords.Caption;

namespace TransferLens.Analyses.WiseFt;

/// <summary>The table of the lines from P.</summary>
internal static class WiseFtTable
{
    /// <summary>
    /// For each group, one row per alpha: the mean of the runs with the difference from P-T; then one for each run,
    /// alpha and kind of statistics.
    /// </summary>
    public static Table Create(ImmutableArray<GroupWiseFt> groups)
    {
        var name = Metric.Names(groups.Select(group => group.Metric));
        var source = Metric.Names(groups.Select(group => group.SourceMetric));
        return new Table(
            "wise_ft",
            Words.Table,
            [
                "target",
                "model",
                "statistics",
                "alpha",
                $"target ({name})",
                "target, low",
                "target, high",
                "target loss",
                "over P-T",
                "over P-T, low",
                "over P-T, high",
                $"source ({source})",
                "source, low",
                "source, high",
                "source loss",
                "source over P-T",
                "source over P-T, low",
                "source over P-T, high",
            ],
            [.. groups.Where(group => group.Choice is not null).SelectMany(Rows)]
        ).Percent(
            groups.SelectMany(group => new[] { group.Metric, group.SourceMetric }),
            [$"target ({name})", $"source ({source})"],
            ["over P-T", "source over P-T"]
        );
    }

    private static IEnumerable<ImmutableArray<object?>> Rows(GroupWiseFt group)
    {
        var judged = group.IsRecalibrated ? "recalibrated" : "raw";
        for (var at = 0; at < group.Alphas.Length; at++)
        {
            yield return
            [
                group.Target,
                Words.MeanOf(group.Runs.Length, group.Group.Label),
                judged,
                group.Alphas[at],
                .. Cells(group.TargetScore(at).Drawn(), group.MeanLoss(lines => lines.Target, at), group.Changes[at]),
                .. group.HasSource
                    ? Cells(
                        group.SourceScore(at).Drawn(),
                        group.MeanLoss(lines => lines.Source!, at),
                        group.Regains(at)
                    )
                    : Nothing,
            ];
        }

        foreach (var (run, lines) in group.Runs.Zip(group.Lines))
        {
            foreach (var (statistics, of) in Kinds(group))
            {
                for (var at = 0; at < group.Alphas.Length; at++)
                {
                    yield return
                    [
                        group.Target,
                        run.Label,
                        statistics,
                        group.Alphas[at],
                        .. Cells(of(lines.Target).Points[at]),
                        .. lines.Source is { } source ? Cells(of(source).Points[at]) : Nothing,
                    ];
                }
            }
        }
    }

    private static (string Name, Func<WiseFtLine, WiseFtCurve> Of)[] Kinds(GroupWiseFt group) =>
        group.IsRecalibrated
            ? [("raw", line => line.Raw), ("recalibrated", line => line.Recalibrated!)]
            : [("raw", line => line.Raw)];

    private static ImmutableArray<object?> Nothing { get; } = [null, null, null, null, null, null, null];

    private static ImmutableArray<object?> Cells(WiseFtPoint point) => Cells(point.Score, point.Loss, null);

    private static ImmutableArray<object?> Cells(Estimate score, double loss, Effect? change)
    {
        var over = change?.Drawn();
        return
        [
            score.Value,
            score.Low,
            score.High,
            double.IsFinite(loss) ? loss : null,
            over?.Value,
            over?.Low,
            over?.High,
        ];
    }
}
