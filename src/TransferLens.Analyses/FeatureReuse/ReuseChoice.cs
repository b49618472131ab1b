using System.Collections.Immutable;
using TransferLens.Analyses.Common;

namespace TransferLens.Analyses.FeatureReuse;

/// <summary>One side of the experiment at one block size, at its best learning rate there.</summary>
/// <param name="Runs">Its runs at that rate.</param>
/// <param name="Best">How the rate was chosen.</param>
internal sealed record ReuseChoice(ImmutableArray<ReuseOutcome> Runs, BestOf Best)
{
    /// <summary>
    /// Chooses the rate with the best mean score on validation images that are shuffled alike, or on test images where
    /// a target has no others. Diverged runs count in no mean; a rate at which all diverged is chosen only where there
    /// is no other.
    /// </summary>
    /// <param name="runs">The runs of the side at one block size, at all rates; at least one.</param>
    public static ReuseChoice Choose(ImmutableArray<ReuseOutcome> runs)
    {
        var rates = runs.GroupBy(one => one.Run.Run.LearningRate).Select(rate => rate.ToImmutableArray()).ToList();
        var sound = rates.FindAll(rate => rate.Any(one => !one.Outcome.Diverged));
        var candidates = sound.Count > 0 ? sound : rates[..1];
        var best = BestOf.Choose([.. candidates.Select(Score)]);
        return new(candidates[best.Index], best);
    }

    private static ChoiceScore Score(ImmutableArray<ReuseOutcome> rate)
    {
        var sound = rate.Where(one => !one.Outcome.Diverged).DefaultIfEmpty(rate[0]).ToList();
        return new(
            sound.Average(one => one.Outcome.Score),
            sound.TrueForAll(one => one.Validation is not null) ? sound.Average(one => one.Validation) : null
        );
    }
}
