using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.Common;

/// <summary>How a page shows the scores in a table.</summary>
internal static class ShownIn
{
    /// <summary>Scores in percent and their differences in points, where people read all its metrics so.</summary>
    /// <param name="table">The table.</param>
    /// <param name="metrics">The metrics of its rows.</param>
    /// <param name="scores">Names of the columns of scores.</param>
    /// <param name="differences">Names of the columns of differences.</param>
    public static Table Percent(
        this Table table,
        IEnumerable<Metric> metrics,
        string[] scores,
        string[]? differences = null
    ) =>
        metrics.All(metric => metric.IsPercent)
            ? table with
            {
                Percent = [.. scores],
                Points = [.. differences ?? []],
            }
            : table;
}
