using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>
/// The network that the finding recommends in place of the whole one from P, for each target: mostly one that is partly
/// frozen.
/// </summary>
internal static class DepthModels
{
    /// <summary>What users call it.</summary>
    public const string Word = "frozen";

    /// <summary>The best run of the recommended rung, or why there is none.</summary>
    public static IEnumerable<ModelOffer> Offer(ImmutableArray<DepthTarget> targets) =>
        targets.Select(target =>
            target.Recommended is { } rung
                ? Offer(target, rung)
                : ModelOffer.None(target.Target, DepthWords.NoneOffered(target.Target))
        );

    private static ModelOffer Offer(DepthTarget target, DepthRung rung)
    {
        int[] sound = [.. Enumerable.Range(0, rung.Seeds.Length).Where(i => !rung.Outcome.Runs[i].Diverged)];
        var chosen = BestOf.Choose([.. sound.Select(i => Score(rung, i))]);
        var run = sound[chosen.Index];
        var outcome = rung.Outcome.Runs[run];
        var score = new OfferedScore(target.Metric, outcome.Score, outcome.Low, outcome.High);
        var name = $"{target.Run} s{rung.Seeds[run]}, {rung.Name}";
        var isEnough = target.Answer!.IsConfirmed;
        var reason = DepthWords.Offered(rung.Trained, rung.CostShare, target.Metric, isEnough ? target.Margin : null);
        return new(target.Target, new(name, rung.Train[run], null, score), $"{reason}; {chosen.Words(target.Metric)}")
        {
            ChosenOnTestImages = chosen.ChosenOnTestImages || target.Answer.Validation is null,
        };
    }

    private static ChoiceScore Score(DepthRung rung, int run) =>
        new(rung.Outcome.Runs[run].Score, rung.Validation.IsEmpty ? null : rung.Validation[run].Value);
}
