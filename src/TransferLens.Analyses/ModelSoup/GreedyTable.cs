using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using Words = TransferLens.Analyses.ModelSoup.SoupWords.Caption;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>The table of the greedy soups.</summary>
internal static class GreedyTable
{
    /// <summary>One row for each member that was tried, in their order.</summary>
    public static Table Create(ImmutableArray<TargetGreedy> soups)
    {
        var name = Metric.Names(soups.Select(soup => soup.Metric));
        return new Table(
            "model_soup-greedy",
            Words.GreedyTable,
            [
                "target",
                "member",
                $"validation {name}",
                $"validation {name} of the soup with it",
                "added",
                "barrier",
                "barrier (loss)",
            ],
            [.. from soup in soups from step in soup.Greedy?.Steps ?? [] select Row(soup, step)]
        ).Percent(
            soups.Select(soup => soup.Metric),
            [$"validation {name}", $"validation {name} of the soup with it"],
            ["barrier"]
        );
    }

    private static ImmutableArray<object?> Row(TargetGreedy soup, GreedyStep step) =>
        [
            soup.Target,
            soup.Runs[step.Member].Label,
            step.Score,
            step.SoupScore,
            step.Added,
            step.Barrier,
            double.IsFinite(step.LossBarrier) ? step.LossBarrier : null,
        ];
}
