using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.WiseFt;

/// <summary>The model on the line from P that is no worse than P-T, for each target.</summary>
internal static class WiseFtModels
{
    /// <summary>What users call it.</summary>
    public const string Word = "wise_ft";

    /// <summary>The model of the best group of runs from P, or why there is none.</summary>
    /// <param name="groups">The lines of a study.</param>
    /// <param name="task">The task that made a line.</param>
    public static IEnumerable<ModelOffer> Offer(ImmutableArray<GroupWiseFt> groups, Func<GroupWiseFt, TaskSpec> task) =>
        groups.GroupBy(group => group.Target).Select(target => Offer(target.Key, [.. target], task));

    private static ModelOffer Offer(string target, ImmutableArray<GroupWiseFt> groups, Func<GroupWiseFt, TaskSpec> task)
    {
        ImmutableArray<GroupWiseFt> usable = [.. groups.Where(IsUsable)];
        if (usable.IsEmpty)
        {
            return ModelOffer.None(target, WiseFtWords.Offer.None(target, groups));
        }

        var best = BestOf.Choose([.. usable.Select(Score)]);
        var group = usable[best.Index];
        var (saved, at) = (group.Saved!.Value, group.Choice!.Index);
        var (score, low, high) = group.Lines[saved].Target.Curve.Points[at].Score;
        return new(
            target,
            new(
                WiseFtWords.Offer.Name(group.Alpha, group.Runs[saved].Label),
                task(group),
                WiseFtTask.WeightsFile,
                new(group.Metric, score, low, high)
            ),
            WiseFtWords.Offer.Reason(group, usable.Length > 1 ? best.Words(group.Metric, "line", "lines") : null)
        )
        {
            ChosenOnTestImages = !group.OnValidation,
        };
    }

    private static bool IsUsable(GroupWiseFt group) => group is { Saved: not null, Learned: true, IsConfirmed: true };

    // The runs are compared and not the points on their lines.
    private static ChoiceScore Score(GroupWiseFt group) =>
        new(
            group.Scores.Average(one => one.FineTuned.Value),
            group.OnValidation ? group.Scores.Average(one => one.FineTunedOnValidation!.Value) : null
        );
}
