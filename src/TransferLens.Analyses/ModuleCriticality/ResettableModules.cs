using System.Collections.Immutable;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>The modules whose rewinding, one at a time, costs little: the candidates for freezing.</summary>
internal static class ResettableModules
{
    // A loss is a ratio of counts, so this only absorbs rounding.
    private const double Rounding = 1e-9;

    /// <summary>
    /// Modules before the head whose loss in score, recalibrated where the network has batch normalization, is at most
    /// a margin on average over the runs. The head is random before every run, so it cannot be frozen at P's value.
    /// </summary>
    /// <param name="runs">Rewinding of runs that differ only in their seed; at least one.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    public static ImmutableArray<string> BeforeHead(IReadOnlyList<RewindingResult> runs, double margin)
    {
        var modules = runs[0].Modules;
        return
        [
            .. (runs[0].HeadLeftOut || modules.IsEmpty ? modules : modules[..^1])
                .Select(module => module.Name)
                .Where(name => runs.Average(run => Judged(run, name).ScoreLost) <= margin + Rounding),
        ];
    }

    private static RewoundScore Judged(RewindingResult run, string name) =>
        run.Modules.First(module => module.Name == name).Judged;
}
