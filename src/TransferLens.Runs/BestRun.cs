using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Plans;

namespace TransferLens.Runs;

/// <summary>The runs of a study as models to export: the best of a target, and each by its name.</summary>
internal static class BestRun
{
    /// <summary>What users call the best.</summary>
    public const string Word = "best";

    /// <summary>
    /// The run with the best score on the target's validation images; without these, on its test images.
    /// </summary>
    /// <param name="plan">The study.</param>
    /// <param name="target">Name of the target.</param>
    /// <param name="results">The results of its tasks.</param>
    public static ModelOffer Offer(Plan plan, string target, ITaskResults results)
    {
        ImmutableArray<PlannedRun> runs =
        [
            .. plan.Runs.Where(run => run.Target == target && !HasDiverged(run, results)),
        ];
        if (runs.IsEmpty)
        {
            return ModelOffer.None(target, $"All runs on {target} diverged. Lower their learning rate.");
        }

        // Plans of earlier versions evaluate runs on validation images only for some analyses.
        var planned = plan.Tasks.Select(task => task.Key).ToHashSet(StringComparer.Ordinal);
        var chosen = BestOf.Choose([.. runs.Select(run => Score(run, planned, results))]);
        var best = runs[chosen.Index];
        return new(target, Model(best, results), chosen.Words(best.Metric))
        {
            ChosenOnTestImages = chosen.ChosenOnTestImages,
        };
    }

    /// <summary>A run that somebody chose.</summary>
    public static ModelOffer Named(PlannedRun run, ITaskResults results) =>
        HasDiverged(run, results)
            ? ModelOffer.None(run.Target, $"The run {run.Label} on {run.Target} diverged. Export another run.")
            : new(run.Target, Model(run, results), "chosen by name");

    private static OfferedModel Model(PlannedRun run, ITaskResults results)
    {
        var score = MeasuredScore.Of(results.Read(run.Evaluate));
        return new(run.Label, run.Train, null, new(run.Metric, score.Value, score.Low, score.High));
    }

    private static ChoiceScore Score(PlannedRun run, HashSet<string> planned, ITaskResults results) =>
        new(
            MeasuredScore.Of(results.Read(run.Evaluate)).Value,
            run.Validate is { } validate && planned.Contains(validate.Key)
                ? MeasuredScore.Of(results.Read(validate)).Value
                : null
        );

    private static bool HasDiverged(PlannedRun run, ITaskResults results) =>
        (string?)results.Read(run.Train)["status"] == "diverged";
}
