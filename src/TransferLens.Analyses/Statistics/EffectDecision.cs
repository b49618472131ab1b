using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.Statistics;

/// <summary>From a number with its uncertainty to the decision of a finding.</summary>
internal static class EffectDecision
{
    /// <summary>The decision whether a number differs from 0.</summary>
    /// <param name="effect">The number.</param>
    /// <param name="margin">A difference that matters, in the unit of the number.</param>
    public static Decision Decide(this Effect effect, double margin = NonInferiority.DefaultMargin) =>
        new(effect.P, effect.Runs)
        {
            CoversSeeds = effect.CoversSeeds,
            ExcludesMore = !effect.IsDetected && effect.IsWithin(margin),
        };

    /// <summary>The decision whether an option is no worse than every reference.</summary>
    /// <param name="differences">Its score minus that of each reference; at least one.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    public static Decision DecideNoWorse(this IReadOnlyCollection<Effect> differences, double margin) =>
        new(differences.Max(effect => effect.NonInferiorityP(margin)), differences.Min(effect => effect.Runs))
        {
            CoversSeeds = differences.All(effect => effect.CoversSeeds),
        };
}
