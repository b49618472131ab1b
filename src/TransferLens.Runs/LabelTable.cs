using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;

namespace TransferLens.Runs;

/// <summary>The AUC of each label of each run; the table of runs contains their mean.</summary>
internal static class LabelTable
{
    /// <summary>
    /// One row for each run and label, with the AUC in [0, 1], empty if undefined; null if no target is multi-label.
    /// </summary>
    /// <param name="runs">The runs of a study.</param>
    /// <param name="results">Their evaluations.</param>
    public static Table? Create(ImmutableArray<PlannedRun> runs, StoreResults results)
    {
        ImmutableArray<(PlannedRun Run, JsonNode Label)> labels =
        [
            .. runs.Where(run => run.IsMultiLabel)
                .SelectMany(run => results.Read(run.Evaluate)["labels"]!.AsArray().Select(label => (run, label!))),
        ];
        var note = labels.Any(row => row.Label["auc"] is null)
            ? " A label that all test images have, or none, has no AUC and is left out of the mean."
            : "";
        return labels.IsEmpty
            ? null
            : new(
                "labels",
                "AUC of each label on the test images with its 95 % bootstrap interval over images, and the numbers of "
                    + $"images with and without the label.{note}",
                ["target", "run", "seed", "label", "positives", "negatives", "AUC", "low", "high"],
                [.. labels.Select(row => Row(row.Run, row.Label))]
            );
    }

    private static ImmutableArray<object?> Row(PlannedRun run, JsonNode label) =>
        [
            run.Target,
            run.Run,
            (long)run.Seed,
            (string?)label["name"],
            (long)label["positives"]!,
            (long)label["negatives"]!,
            (double?)label["auc"],
            (double?)label["low"],
            (double?)label["high"],
        ];
}
