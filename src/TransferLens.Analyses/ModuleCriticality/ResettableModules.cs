using System.Collections.Immutable;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>The modules whose rewinding, one at a time, shows no loss.</summary>
internal static class ResettableModules
{
    /// <summary>
    /// Modules whose rewinding shows no loss in any run: the 95 % bootstrap interval of the loss in score, recalibrated
    /// where the network has batch normalization, reaches 0.
    /// </summary>
    /// <param name="runs">Rewinding of runs that differ only in their seed; at least one.</param>
    public static ImmutableArray<string> Of(IReadOnlyList<RewindingResult> runs) =>
        [
            .. runs[0]
                .Modules.Select(module => module.Name)
                .Where(name => runs.All(run => Judged(run, name).ScoreLostLow <= 0)),
        ];

    /// <summary>
    /// The resettable modules before the head. The head is random before every run, so it cannot be frozen at P's
    /// value.
    /// </summary>
    /// <param name="runs">Rewinding of runs that differ only in their seed; at least one.</param>
    public static ImmutableArray<string> BeforeHead(IReadOnlyList<RewindingResult> runs)
    {
        var resettable = Of(runs);
        return runs[0].HeadLeftOut ? resettable : resettable.Remove(runs[0].Modules[^1].Name);
    }

    private static RewoundScore Judged(RewindingResult run, string name) =>
        run.Modules.First(module => module.Name == name).Judged;
}
