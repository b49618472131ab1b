using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Runs;

/// <summary>The AUC of each label of each training, whose mean the table of trainings has.</summary>
internal static class LabelTable
{
    /// <summary>One row a training and label, AUCs in [0, 1] and empty where a label has none; null where no target's images may show several labels.</summary>
    /// <param name="runs">The trainings of a study.</param>
    /// <param name="results">Their evaluations.</param>
    public static Table? Of(ImmutableArray<PlannedRun> runs, StoreResults results)
    {
        ImmutableArray<(PlannedRun Run, JsonNode Label)> labels =
        [
            .. runs.Where(run => run.IsMultiLabel)
                .SelectMany(run => results.Read(run.Evaluate)["labels"]!.AsArray().Select(label => (run, label!))),
        ];
        var note = labels.Any(one => one.Label["auc"] is null)
            ? "; a label without an AUC, since all test images have it or none has, is left out of the mean"
            : "";
        return labels.IsEmpty
            ? null
            : new(
                "labels",
                $"AUC of each label on the test images, with its 95 % bootstrap interval over them, and how many images have the label and how many do not{note}.",
                ["target", "run", "seed", "label", "positives", "negatives", "AUC", "low", "high"],
                [.. labels.Select(one => Row(one.Run, one.Label))]
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
